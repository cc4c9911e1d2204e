// A job as others read it: CSV tables, and figures for TensorBoard. Pure functions of its status.
#pragma once

#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"
#include "trainer/event_file.h"

namespace frag::aggregator {

// A row a round that has ended, by its number: round, state, nodes, needed, taken, late, refused, foreign,
// repeated, reissued, extended, opened (seconds since the Unix epoch), seconds, weights (the version it
// made), received_bytes, sent_bytes, staleness, loss, accuracy. A cell is empty where nothing is known.
std::string rounds_csv(const rounds::JobStatus& status);

// A row a measured version: round, weights, fragments, accuracy, loss.
std::string measurements_csv(const rounds::JobStatus& status);

// An event a closed round with what does not change any more: seconds, taken, staleness, and loss and
// accuracy as the workers reported them. The step is the round.
std::vector<trainer::ScalarEvent> worker_events(const rounds::JobStatus& status);

// An event a measured version with its loss and accuracy, at the time that its round ended.
std::vector<trainer::ScalarEvent> evaluation_events(const rounds::JobStatus& status);

}  // namespace frag::aggregator
