// The files of each job beside the state, for spreadsheets and TensorBoard, kept as the job goes:
//
//   jobs/3/rounds.csv                                  job_tables.h says what is in them
//   jobs/3/measurements.csv
//   jobs/3/workers/events.out.tfevents.fragagg         two runs for TensorBoard, so that what workers report
//   jobs/3/evaluation/events.out.tfevents.fragagg      and what is measured are drawn in one chart
//
// They are made from the records and hold nothing of their own: what a killed process did not write is
// written by the next one, and a folder that was removed comes back.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "trainer/aggregator/job_source.h"

namespace frag::aggregator {

// Makes the files of `status` in `folder`/JOB be as it says; those that are so already are not touched.
// Errc::io.
void write_job_files(const std::filesystem::path& folder, const rounds::JobStatus& status);

// Writes in a thread of its own, about a second after something changed. A disk that fails is said once on
// standard error, and tried again.
class JobFiles {
 public:
  JobFiles(JobSource jobs, std::filesystem::path folder);
  // Writes what changed last.
  ~JobFiles();
  JobFiles(const JobFiles&) = delete;
  JobFiles& operator=(const JobFiles&) = delete;

 private:
  void run();
  void write_changed();

  const JobSource jobs_;
  const std::filesystem::path folder_;

  // Of the thread alone.
  std::int64_t settled_ = 0;       // jobs up to here are over and written
  std::uint64_t written_ = ~0ull;  // the changes that are in the files
  std::string trouble_;

  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace frag::aggregator
