#include "trainer/aggregator/sqlite_store.h"

#include "libfrag/base/error.h"
#include "trainer/aggregator/sqlite.h"

namespace frag::aggregator {
namespace {

using rounds::Batch;
using rounds::JobRecord;
using rounds::JobState;
using rounds::MemberRecord;
using rounds::RoundRecord;
using rounds::RoundState;
using rounds::TaskRecord;
using rounds::TaskState;
using rounds::WeightsRecord;
using rounds::WorkerRecord;

constexpr std::int64_t kFormat = 1;

// States are stored as the words below; the position is the enumerator's value.
constexpr const char* kJobStates[] = {"awaiting_weights", "open", "finished"};
constexpr const char* kRoundStates[] = {"open", "closing", "closed"};
constexpr const char* kTaskStates[] = {"leased", "overdue", "dead", "accepted", "refused", "late"};

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, weights INTEGER NOT NULL,
    spec TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS rounds(job INTEGER NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL,
    base INTEGER NOT NULL, opened INTEGER NOT NULL, deadline INTEGER NOT NULL, closed INTEGER NOT NULL,
    taken INTEGER NOT NULL, late INTEGER NOT NULL, refused INTEGER NOT NULL, reissued INTEGER NOT NULL,
    repeated INTEGER NOT NULL, "foreign" INTEGER NOT NULL, extended INTEGER NOT NULL, PRIMARY KEY(job, round)) STRICT;
  CREATE TABLE IF NOT EXISTS tasks(id TEXT PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    part INTEGER NOT NULL, worker INTEGER NOT NULL, state TEXT NOT NULL, issued INTEGER NOT NULL,
    ended INTEGER NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, fragments INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS tasks_by_round ON tasks(job, round);
  CREATE TABLE IF NOT EXISTS workers(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, token_sha256 TEXT NOT NULL,
    job INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS members(job INTEGER NOT NULL, worker INTEGER NOT NULL, taken INTEGER NOT NULL,
    late INTEGER NOT NULL, PRIMARY KEY(job, worker)) STRICT;
  CREATE TABLE IF NOT EXISTS weights(version INTEGER PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    sha256 TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;
)";

template <class Enum, std::size_t count>
std::string word(const char* const (&words)[count], Enum state) {
  return words[static_cast<std::size_t>(state)];
}

template <class Enum, std::size_t count>
Enum from_word(const char* const (&words)[count], const std::string& text) {
  for (std::size_t i = 0; i < count; ++i) {
    if (text == words[i]) return static_cast<Enum>(i);
  }
  throw Error(Errc::bad_input, "the state database holds an unknown state \"" + text + "\"");
}

JobRecord read_job(Statement& row) {
  JobRecord job;
  job.id = row.integer();
  job.state = from_word<JobState>(kJobStates, row.text());
  job.weights = row.integer();
  job.spec = rounds::job_spec_from_json(parse_json(row.text(), "the state database: job"));
  return job;
}

RoundRecord read_round(Statement& row) {
  RoundRecord round;
  round.job = row.integer();
  round.round = row.integer();
  round.state = from_word<RoundState>(kRoundStates, row.text());
  for (auto* field : {&round.base, &round.opened, &round.deadline, &round.closed, &round.taken, &round.late,
                      &round.refused, &round.reissued, &round.repeated, &round.foreign, &round.extended}) {
    *field = row.integer();
  }
  return round;
}

TaskRecord read_task(Statement& row) {
  TaskRecord task;
  task.id = row.text();
  for (auto* field : {&task.job, &task.round, &task.part, &task.worker}) *field = row.integer();
  task.state = from_word<TaskState>(kTaskStates, row.text());
  task.issued = row.integer();
  task.ended = row.integer();
  task.sha256 = row.text();
  task.bytes = static_cast<std::uint64_t>(row.integer());
  task.fragments = row.integer();
  return task;
}

WorkerRecord read_worker(Statement& row) {
  WorkerRecord worker;
  worker.id = row.integer();
  worker.name = row.text();
  worker.token_sha256 = row.text();
  worker.job = row.integer();
  return worker;
}

MemberRecord read_member(Statement& row) {
  MemberRecord member;
  for (auto* field : {&member.job, &member.worker, &member.taken, &member.late}) *field = row.integer();
  return member;
}

WeightsRecord read_weights(Statement& row) {
  WeightsRecord weights;
  for (auto* field : {&weights.version, &weights.job, &weights.round}) *field = row.integer();
  weights.sha256 = row.text();
  weights.bytes = static_cast<std::uint64_t>(row.integer());
  return weights;
}

template <class Record>
std::vector<Record> read_all(Database& database, const char* sql, Record (*read)(Statement&)) {
  Statement rows(database, sql);
  std::vector<Record> records;
  while (rows.step()) records.push_back(read(rows));
  return records;
}

void prepare(Database& database) {
  database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
  Statement version(database, "PRAGMA user_version");
  version.step();
  if (const std::int64_t found = version.integer(); found > kFormat) {
    throw Error(Errc::bad_input, "the state directory is of format " + std::to_string(found) +
                                     ", which only a newer fragagg reads");
  }
  version.run();  // to its end: an open read would keep the schema from being written
  Transaction transaction(database);
  database.run(kSchema);
  transaction.commit();
}

}  // namespace

struct SqliteStore::Impl {
  explicit Impl(const std::filesystem::path& path) : database(path) { prepare(database); }

  Database database;
};

SqliteStore::SqliteStore(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::write(const Batch& batch) {
  Database& database = impl_->database;
  Transaction transaction(database);
  for (const JobRecord& job : batch.jobs) {
    Statement put(database, "INSERT OR REPLACE INTO jobs VALUES(?1,?2,?3,?4)");
    put.bind(job.id).bind(word(kJobStates, job.state)).bind(job.weights).bind(to_json(job.spec).dump()).run();
  }
  for (const RoundRecord& round : batch.rounds) {
    Statement put(database,
                  "INSERT OR REPLACE INTO rounds VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)");
    put.bind(round.job).bind(round.round).bind(word(kRoundStates, round.state)).bind(round.base);
    put.bind(round.opened).bind(round.deadline).bind(round.closed).bind(round.taken).bind(round.late);
    put.bind(round.refused)
        .bind(round.reissued)
        .bind(round.repeated)
        .bind(round.foreign)
        .bind(round.extended)
        .run();
  }
  for (const TaskRecord& task : batch.tasks) {
    Statement put(database, "INSERT OR REPLACE INTO tasks VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)");
    put.bind(task.id).bind(task.job).bind(task.round).bind(task.part).bind(task.worker);
    put.bind(word(kTaskStates, task.state)).bind(task.issued).bind(task.ended).bind(task.sha256);
    put.bind(static_cast<std::int64_t>(task.bytes)).bind(task.fragments).run();
  }
  for (const WorkerRecord& worker : batch.workers) {
    Statement put(database, "INSERT OR REPLACE INTO workers VALUES(?1,?2,?3,?4)");
    put.bind(worker.id).bind(worker.name).bind(worker.token_sha256).bind(worker.job).run();
  }
  for (const MemberRecord& member : batch.members) {
    Statement put(database, "INSERT OR REPLACE INTO members VALUES(?1,?2,?3,?4)");
    put.bind(member.job).bind(member.worker).bind(member.taken).bind(member.late).run();
  }
  for (const WeightsRecord& weights : batch.weights) {
    Statement put(database, "INSERT OR REPLACE INTO weights VALUES(?1,?2,?3,?4,?5)");
    put.bind(weights.version).bind(weights.job).bind(weights.round).bind(weights.sha256);
    put.bind(static_cast<std::int64_t>(weights.bytes)).run();
  }
  transaction.commit();
}

Batch SqliteStore::load() {
  Database& database = impl_->database;
  Batch batch;
  batch.jobs = read_all<JobRecord>(database, "SELECT * FROM jobs ORDER BY id", read_job);
  batch.rounds = read_all<RoundRecord>(database, "SELECT * FROM rounds ORDER BY job, round", read_round);
  batch.tasks = read_all<TaskRecord>(database,
                                     "SELECT tasks.* FROM tasks JOIN rounds USING(job, round)"
                                     " WHERE rounds.state <> 'closed' ORDER BY tasks.id",
                                     read_task);
  batch.workers = read_all<WorkerRecord>(database, "SELECT * FROM workers ORDER BY id", read_worker);
  batch.members = read_all<MemberRecord>(database, "SELECT * FROM members ORDER BY job, worker", read_member);
  batch.weights = read_all<WeightsRecord>(database, "SELECT * FROM weights ORDER BY version", read_weights);
  return batch;
}

std::optional<TaskRecord> SqliteStore::find_task(const std::string& id) {
  Statement row(impl_->database, "SELECT * FROM tasks WHERE id = ?1");
  row.bind(id);
  return row.step() ? std::optional(read_task(row)) : std::nullopt;
}

}  // namespace frag::aggregator
