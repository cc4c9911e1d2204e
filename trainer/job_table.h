// A job's state for people. Pure functions.
#pragma once

#include <string>

#include "libfrag/rounds/messages.h"

namespace frag::trainer {

// A line a round: round, nodes, taken, late, refused, reissued, seconds.
std::string format_rounds(const rounds::JobStatus& status);

// A line a worker: name, state, results taken and late.
std::string format_workers(const rounds::JobStatus& status);

// The whole: a headline and both tables.
std::string format_job(const rounds::JobStatus& status);

// One round as it closes: "round 3: 4 nodes, 3 taken, 0 late so far, 12.4 s". What is late mostly comes
// afterwards.
std::string format_round_line(const rounds::RoundStatus& round);

}  // namespace frag::trainer
