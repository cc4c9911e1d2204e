// The few SQLite calls we need, checked: a failure is an Error(Errc::io) with SQLite's own words.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace frag::aggregator {

class Database {
 public:
  explicit Database(const std::filesystem::path& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs one or more statements and ignores rows.
  void run(const char* sql);
  [[noreturn]] void fail(const std::string& what) const;
  sqlite3* handle() const { return handle_; }

 private:
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

// A prepared statement. Values are bound to ?1, ?2, ... and read from columns 0, 1, ... in order of the
// calls.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(const std::string& value);
  // True where there is a row; false at the end, after which the statement may be bound anew.
  bool step();
  // Runs a statement that gives no rows.
  void run();

  std::int64_t integer();
  double real();
  std::string text();

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int column_ = 0;
};

// Rolls back unless commit() was reached.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace frag::aggregator
