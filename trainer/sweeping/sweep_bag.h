// DIR: the bag of a sweep's runs, which any number of processes may take from, also on several machines that
// share the folder.
//
//   run-0123456789ab/              a run as `fragtrain fit` leaves it (trainer/run_folder.h)
//   bag/run-0123456789ab.json      what came of it (sweep_record.h); only where it is over
//   bag/run-0123456789ab.lock      held by the process that trains it
//   bag/table.lock                 held by the process that writes sweep.csv
//   sweep.csv                      the ranked table
//
// A run is called by its settings, so another sweep file finds those again that it still means.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trainer/sweeping/file_lock.h"
#include "trainer/sweeping/sweep_record.h"

namespace frag::trainer {

// "run-0123456789ab": of all that the run's weights are a function of.
std::string run_name(const Json& identity);

// One thread at a time.
class SweepBag {
 public:
  // Makes nothing yet. Errc::usage where the folder holds other things than a sweep.
  explicit SweepBag(std::filesystem::path folder);

  // The folder, where it is not there.
  void make() const;

  std::filesystem::path run_folder(const std::string& run) const { return folder_ / run; }
  std::filesystem::path table_path() const;

  // A run for this process alone, until the claim ends; nullopt where another has it. Errors as FileLock.
  std::optional<FileLock> claim(const std::string& run) const;

  // nullopt where the run is not over, or its folder was removed since. Errc::bad_input for a file that is no
  // record.
  std::optional<SweepRecord> record(const std::string& run) const;
  void keep(const std::string& run, const SweepRecord& record) const;

  // The table, from records read while no other process writes it.
  template <class MakeTable>
  void write_table(MakeTable make_table) const {
    const FileLock lock = FileLock::wait(table_lock());
    replace_table(make_table());
  }

  // Runs that lie here and are none of `runs`, by name.
  std::vector<std::string> others(const std::vector<std::string>& runs) const;

 private:
  std::filesystem::path record_path(const std::string& run) const;
  std::filesystem::path table_lock() const;
  void replace_table(const std::string& table) const;

  std::filesystem::path folder_;
  std::filesystem::path bag_;
};

}  // namespace frag::trainer
