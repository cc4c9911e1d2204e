// What an aggregator is doing, as Prometheus reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "libfrag/http/metrics.h"
#include "libfrag/rounds/messages.h"

namespace frag::aggregator {

// Of the file system that the state directory is in, and of the directory itself.
struct DiskUse {
  std::uint64_t used = 0;  // bytes of all files of the state
  std::uint64_t free = 0;  // bytes that its file system has left
};

DiskUse disk_use(const std::filesystem::path& state);

// Of one job: rounds, results by verdict, workers by state, bytes, the newest round, version and
// measurement. The label is job_id, because Prometheus gives every target a label "job" of its own.
void append_job(http::MetricsText& out, const rounds::JobStatus& status);

void append_disk(http::MetricsText& out, const DiskUse& disk);

}  // namespace frag::aggregator
