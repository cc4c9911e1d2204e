// A job's state for people. Pure functions.
#pragma once

#include <string>

#include "libfrag/rounds/messages.h"

namespace frag::trainer {

// A line a round: round, nodes, taken, late, refused, reissued, seconds; and where any round has them,
// received (bytes of results), loss and accuracy as the workers reported them.
std::string format_rounds(const rounds::JobStatus& status);

// A line a worker: name, state, results taken and late; where any is known, fragments a second.
std::string format_workers(const rounds::JobStatus& status);

// The versions that were measured: round, version, fragments, accuracy, loss.
std::string format_measurements(const rounds::JobStatus& status);

// `job 2 "gels": paused (the disk is full), 1 of 6 rounds closed, quorum 3, weights version 1`.
std::string format_headline(const rounds::JobStatus& status);

// The whole: the headline and the tables.
std::string format_job(const rounds::JobStatus& status);

// One round as it closes: "round 3: 4 nodes, 3 taken, 0 late so far, 12.4 s". What is late mostly comes
// afterwards.
std::string format_round_line(const rounds::RoundStatus& round);

}  // namespace frag::trainer
