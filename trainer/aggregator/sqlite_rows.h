// The tables, and how each record is written to its row and read from it. All names of tables and columns are
// in sqlite_rows.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfrag/rounds/store.h"
#include "trainer/aggregator/sqlite.h"

namespace frag::aggregator {

// Makes the tables where they are missing. Errc::bad_input where the database is of another format.
void prepare_tables(Database& database);

void put(Database& database, const rounds::JobRecord& job);
void put(Database& database, const rounds::RoundRecord& round);
void put(Database& database, const rounds::TaskRecord& task);
void put(Database& database, const rounds::WorkerRecord& worker);
void put(Database& database, const rounds::MemberRecord& member);
void put(Database& database, const rounds::WeightsRecord& weights);
void put(Database& database, const rounds::MeasurementRecord& measurement);
void put(Database& database, const rounds::EventRecord& event);

// What Store::load() gives.
rounds::Batch load_rows(Database& database);
std::optional<rounds::TaskRecord> find_task_row(Database& database, const std::string& id);
// Accepted results of a round in the order of their acceptance, those of closed rounds too.
std::vector<rounds::TaskRecord> accepted_rows(Database& database, std::int64_t job, std::int64_t round);
std::optional<rounds::TaskRecord> newest_task_row(Database& database, std::int64_t job, std::int64_t part);

}  // namespace frag::aggregator
