// A job with something of everything, for the tests of those who watch.
#pragma once

#include "libfrag/rounds/messages.h"

namespace frag::testing {

inline rounds::RoundStatus watched_round(std::int64_t number, double opened, double seconds) {
  rounds::RoundStatus round;
  round.round = number;
  round.state = "closed";
  round.nodes = 4;
  round.taken = 3;
  round.seconds = seconds;
  round.opened = opened;
  round.weights = number;
  round.received = 3000;
  round.sent = 4000;
  return round;
}

// Two rounds closed and the third open, two workers, two measurements, two events.
inline rounds::JobStatus watched_job() {
  rounds::JobStatus status;
  status.job = 1;
  status.name = "gels";
  status.state = "open";
  status.rule = "mean";
  status.nodes = 4;
  status.rounds = 6;
  status.needed = 3;
  status.weights = 2;
  rounds::RoundStatus first = watched_round(1, 1700000000.5, 12.34);
  first.late = 1;
  first.refused = 1;
  first.foreign = 2;
  first.repeated = 5;
  first.reissued = 6;
  first.extended = 7;
  first.staleness = 0.25;
  first.loss = 1.5;
  first.accuracy = 0.6;
  rounds::RoundStatus open;
  open.round = 3;
  open.state = "open";
  open.nodes = 4;
  open.taken = 1;
  open.seconds = 2;
  open.opened = 1700000023;
  open.sent = 100;
  status.history = {first, watched_round(2, 1700000013, 10), open};
  status.workers = {{"desk-1", "training", 4, 0, 120.5, 3}, {"desk-2", "gone", 3, 1, 80, 400}};
  status.measurements = {{0, 0, 500, 0.1, 2.3}, {1, 1, 500, 0.7, 1.25}};
  status.events = {{1, 1700000005, 1, "late", "desk-2: round 1 had closed"},
                   {2, 1700000012, 1, "closed", "round 1 closed with 3 parts"}};
  return status;
}

}  // namespace frag::testing
