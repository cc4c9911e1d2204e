#include "trainer/aggregator/sqlite_store.h"

#include "trainer/aggregator/sqlite.h"
#include "trainer/aggregator/sqlite_rows.h"

namespace frag::aggregator {

struct SqliteStore::Impl {
  explicit Impl(const std::filesystem::path& path) : database(path) { prepare_tables(database); }

  Database database;
};

SqliteStore::SqliteStore(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::write(const rounds::Batch& batch) {
  Database& database = impl_->database;
  Transaction transaction(database);
  const auto put_all = [&](const auto& records) {
    for (const auto& record : records) put(database, record);
  };
  put_all(batch.jobs);
  put_all(batch.rounds);
  put_all(batch.tasks);
  put_all(batch.workers);
  put_all(batch.members);
  put_all(batch.weights);
  put_all(batch.measurements);
  put_all(batch.events);
  transaction.commit();
}

rounds::Batch SqliteStore::load() {
  return load_rows(impl_->database);
}

std::optional<rounds::TaskRecord> SqliteStore::find_task(const std::string& id) {
  return find_task_row(impl_->database, id);
}

std::vector<rounds::TaskRecord> SqliteStore::accepted(std::int64_t job, std::int64_t round) {
  return accepted_rows(impl_->database, job, round);
}

std::optional<rounds::TaskRecord> SqliteStore::newest_task(std::int64_t job, std::int64_t part) {
  return newest_task_row(impl_->database, job, part);
}

}  // namespace frag::aggregator
