// Where those who watch get jobs from: the coordinator behind its mutex, or values of a test.
#pragma once

#include <cstdint>
#include <functional>

#include "libfrag/rounds/messages.h"

namespace frag::aggregator {

// Called by any thread. Jobs are numbered from 1 without gaps.
struct JobSource {
  std::function<std::int64_t()> newest;  // 0 before the first
  // Errc::not_found where there is no such job.
  std::function<rounds::JobStatus(std::int64_t job)> status;
  std::function<std::uint64_t()> changes;  // grows whenever anything but the time changes
  std::function<std::string()> trouble;    // JobStatus::trouble, before the first job too
};

}  // namespace frag::aggregator
