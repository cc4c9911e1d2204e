// The coordinator's records in SQLite: WAL and synchronous=FULL, so that a committed batch outlives a power
// cut.
//
// One table a kind of record, columns as in libfrag/rounds/store.h; a job's spec is its JSON text. One thread
// at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "libfrag/rounds/store.h"

namespace frag::aggregator {

class SqliteStore : public rounds::Store {
 public:
  // Opens or creates the database. Errc::io where it cannot, Errc::bad_input for one of another format.
  explicit SqliteStore(const std::filesystem::path& path);
  ~SqliteStore() override;

  void write(const rounds::Batch& batch) override;
  rounds::Batch load() override;
  std::optional<rounds::TaskRecord> find_task(const std::string& id) override;
  std::vector<rounds::TaskRecord> accepted(std::int64_t job, std::int64_t round) override;
  std::optional<rounds::TaskRecord> newest_task(std::int64_t job, std::int64_t part) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag::aggregator
