// A job on a terminal, as fragtrain status --watch draws it and as it says what changed. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"

namespace frag::trainer {

// `values` as blocks of eight heights from the least to the greatest, the newest `width` of them. "" of none.
std::string sparkline(const std::vector<double>& values, std::size_t width);

struct ViewSize {
  std::size_t width = 80, height = 24;  // characters
};

// At most `height` lines of at most `width` characters: the job, its rounds, what was measured, the workers
// and the newest events, of which as many are shown as there is room. Control characters that a name or a
// text holds become '?'.
std::vector<std::string> view_lines(const rounds::JobStatus& status, ViewSize size);

// A line for everything that is in `now` and was not in `before`: rounds that ended, events, the job's state.
std::vector<std::string> change_lines(const rounds::JobStatus& before, const rounds::JobStatus& now);

}  // namespace frag::trainer
