// fragtrain status --watch: a job while it goes on.
#pragma once

#include <cstdint>
#include <optional>

#include "trainer/aggregator_link.h"

namespace frag::trainer {

enum class WatchStyle {
  screen,  // drawn in place on the terminal that standard output is; the last drawing stays
  lines,   // a line for each change
  json,    // the whole status on one line for each change
};

// `screen` on a terminal that can move its cursor, `lines` elsewhere.
WatchStyle style_of_output();

// Shows `job`, or the newest, until it has ended or SIGINT or SIGTERM comes. Errc::not_found where there is
// no such job; an aggregator that stops answering is asked again.
void watch_job(AggregatorLink& link, std::optional<std::int64_t> job, WatchStyle style);

}  // namespace frag::trainer
