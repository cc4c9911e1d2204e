#include "trainer/aggregator/sqlite.h"

#include "libfrag/base/error.h"

namespace frag::aggregator {

Database::Database(const std::filesystem::path& path) : path_(path) {
  if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) {
    const std::string why = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    throw Error(Errc::io, "open " + path.string() + ": " + why);
  }
}

Database::~Database() {
  sqlite3_close(handle_);
}

void Database::run(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("write");
}

void Database::fail(const std::string& what) const {
  throw Error(Errc::io, what + " " + path_.string() + ": " + sqlite3_errmsg(handle_));
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
  if (sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK)
    database.fail("prepare");
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  if (sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK) database_.fail("bind");
  return *this;
}

Statement& Statement::bind(double value) {
  if (sqlite3_bind_double(statement_, ++bound_, value) != SQLITE_OK) database_.fail("bind");
  return *this;
}

Statement& Statement::bind(const std::string& value) {
  const auto size = static_cast<int>(value.size());
  if (sqlite3_bind_text(statement_, ++bound_, value.data(), size, SQLITE_TRANSIENT) != SQLITE_OK) {
    database_.fail("bind");
  }
  return *this;
}

bool Statement::step() {
  column_ = 0;
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  bound_ = 0;
  sqlite3_reset(statement_);  // keeps a failed step's message
  if (result != SQLITE_DONE) database_.fail(sqlite3_stmt_readonly(statement_) != 0 ? "read" : "write");
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer() {
  return sqlite3_column_int64(statement_, column_++);
}

double Statement::real() {
  return sqlite3_column_double(statement_, column_++);
}

std::string Statement::text() {
  const auto* bytes = sqlite3_column_text(statement_, column_);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (a full disk); a second rollback then fails, which is as good.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace frag::aggregator
