#include "trainer/aggregator/job_files.h"

#include <chrono>
#include <cstdio>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "trainer/aggregator/job_tables.h"
#include "trainer/event_file.h"

namespace frag::aggregator {
namespace {

constexpr std::chrono::seconds kPause{1};
constexpr const char* kEventFile = "events.out.tfevents.fragagg";

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Error(Errc::io, "create directory " + path.string() + ": " + error.message());
}

void write_where_new(const std::filesystem::path& path, const std::string& text) {
  std::error_code none;
  if (std::filesystem::file_size(path, none) == text.size() && !none && read_file(path) == text) return;
  write_file_atomic(path, text);
}

}  // namespace

void write_job_files(const std::filesystem::path& folder, const rounds::JobStatus& status) {
  const std::filesystem::path job = folder / std::to_string(status.job);
  make_folder(job / "workers");
  make_folder(job / "evaluation");
  write_where_new(job / "rounds.csv", rounds_csv(status));
  write_where_new(job / "measurements.csv", measurements_csv(status));
  trainer::write_events(job / "workers" / kEventFile, worker_events(status));
  trainer::write_events(job / "evaluation" / kEventFile, evaluation_events(status));
}

JobFiles::JobFiles(JobSource jobs, std::filesystem::path folder)
    : jobs_(std::move(jobs)), folder_(std::move(folder)), thread_([this] { run(); }) {}

JobFiles::~JobFiles() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void JobFiles::run() {
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex_);
      last = stop_.wait_for(lock, kPause, [this] { return stopping_; });
    }
    try {
      write_changed();
      trouble_.clear();
    } catch (const std::exception& error) {
      if (trouble_ != error.what()) {
        std::fprintf(stderr, "fragagg: the files of jobs lag behind: %s\n", error.what());
      }
      trouble_ = error.what();
    }
  }
}

void JobFiles::write_changed() {
  const std::uint64_t changes = jobs_.changes();
  if (changes == written_) return;
  const std::int64_t newest = jobs_.newest();
  for (std::int64_t job = settled_ + 1; job <= newest; ++job) {
    write_job_files(folder_, jobs_.status(job));
    if (job < newest) settled_ = job;  // a job begins when the one before it has ended
  }
  written_ = changes;
}

}  // namespace frag::aggregator
