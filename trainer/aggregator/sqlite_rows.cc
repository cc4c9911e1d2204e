#include "trainer/aggregator/sqlite_rows.h"

#include "libfrag/base/error.h"
#include "libfrag/rounds/state.h"

namespace frag::aggregator {
namespace {

using rounds::Batch;
using rounds::EventRecord;
using rounds::JobRecord;
using rounds::JobState;
using rounds::kJobStates;
using rounds::kRoundStates;
using rounds::MeasurementRecord;
using rounds::MemberRecord;
using rounds::RoundRecord;
using rounds::RoundState;
using rounds::TaskRecord;
using rounds::TaskState;
using rounds::WeightsRecord;
using rounds::WorkerRecord;

constexpr std::int64_t kFormat = 3;

// As kJobStates: by the enumerator's value.
constexpr const char* kTaskStates[] = {"leased", "overdue", "dead", "accepted", "refused", "late"};

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, weights INTEGER NOT NULL,
    last_round INTEGER NOT NULL, accepted INTEGER NOT NULL, reason TEXT NOT NULL, spec TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS rounds(job INTEGER NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL,
    base INTEGER NOT NULL, opened INTEGER NOT NULL, deadline INTEGER NOT NULL, closed INTEGER NOT NULL,
    taken INTEGER NOT NULL, late INTEGER NOT NULL, refused INTEGER NOT NULL, reissued INTEGER NOT NULL,
    repeated INTEGER NOT NULL, "foreign" INTEGER NOT NULL, extended INTEGER NOT NULL, weights INTEGER NOT NULL,
    received INTEGER NOT NULL, sent INTEGER NOT NULL, staleness REAL NOT NULL, loss REAL NOT NULL,
    accuracy REAL NOT NULL, PRIMARY KEY(job, round)) STRICT;
  CREATE TABLE IF NOT EXISTS tasks(id TEXT PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    part INTEGER NOT NULL, worker INTEGER NOT NULL, state TEXT NOT NULL, issued INTEGER NOT NULL,
    ended INTEGER NOT NULL, base INTEGER NOT NULL, draw INTEGER NOT NULL, count INTEGER NOT NULL,
    digest TEXT NOT NULL, bytes INTEGER NOT NULL, "order" INTEGER NOT NULL, norm REAL NOT NULL,
    report TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS tasks_by_round ON tasks(job, round);
  CREATE INDEX IF NOT EXISTS tasks_by_part ON tasks(job, part);
  CREATE TABLE IF NOT EXISTS workers(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, token_sha256 TEXT NOT NULL,
    job INTEGER NOT NULL, joined_by TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS members(job INTEGER NOT NULL, worker INTEGER NOT NULL, taken INTEGER NOT NULL,
    late INTEGER NOT NULL, part INTEGER NOT NULL, speed REAL NOT NULL, accepted TEXT NOT NULL,
    PRIMARY KEY(job, worker)) STRICT;
  CREATE TABLE IF NOT EXISTS weights(version INTEGER PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    digest TEXT NOT NULL, bytes INTEGER NOT NULL, pruned INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS measurements(version INTEGER PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    fragments INTEGER NOT NULL, accuracy REAL NOT NULL, loss REAL NOT NULL, "when" INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS events(number INTEGER PRIMARY KEY, job INTEGER NOT NULL, round INTEGER NOT NULL,
    "when" INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL) STRICT;
  PRAGMA user_version = 3;
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

std::uint64_t size_of(Statement& row) {
  return static_cast<std::uint64_t>(row.integer());
}

JobRecord read_job(Statement& row) {
  JobRecord job;
  job.id = row.integer();
  job.state = from_word<JobState>(kJobStates, row.text());
  job.weights = row.integer();
  job.last_round = row.integer();
  job.accepted = row.integer();
  job.reason = row.text();
  job.spec = rounds::stored_job_spec_from_json(parse_json(row.text(), "the state database: job"));
  return job;
}

RoundRecord read_round(Statement& row) {
  RoundRecord round;
  round.job = row.integer();
  round.round = row.integer();
  round.state = from_word<RoundState>(kRoundStates, row.text());
  for (auto* field :
       {&round.base, &round.opened, &round.deadline, &round.closed, &round.taken, &round.late, &round.refused,
        &round.reissued, &round.repeated, &round.foreign, &round.extended, &round.weights}) {
    *field = row.integer();
  }
  round.received = size_of(row);
  round.sent = size_of(row);
  for (auto* field : {&round.staleness, &round.loss, &round.accuracy}) *field = row.real();
  return round;
}

TaskRecord read_task(Statement& row) {
  TaskRecord task;
  task.id = row.text();
  for (auto* field : {&task.job, &task.round, &task.part, &task.worker}) *field = row.integer();
  task.state = from_word<TaskState>(kTaskStates, row.text());
  for (auto* field : {&task.issued, &task.ended, &task.base, &task.draw}) *field = row.integer();
  task.count = size_of(row);
  task.digest = row.text();
  task.bytes = size_of(row);
  task.order = row.integer();
  task.norm = row.real();
  task.report = rounds::result_report_from_json(parse_json(row.text(), "the state database: report"));
  return task;
}

WorkerRecord read_worker(Statement& row) {
  WorkerRecord worker;
  worker.id = row.integer();
  worker.name = row.text();
  worker.token_sha256 = row.text();
  worker.job = row.integer();
  worker.joined_by = row.text();
  return worker;
}

MemberRecord read_member(Statement& row) {
  MemberRecord member;
  for (auto* field : {&member.job, &member.worker, &member.taken, &member.late, &member.part}) {
    *field = row.integer();
  }
  member.speed = row.real();
  member.accepted = row.text();
  return member;
}

WeightsRecord read_weights(Statement& row) {
  WeightsRecord weights;
  for (auto* field : {&weights.version, &weights.job, &weights.round}) *field = row.integer();
  weights.digest = row.text();
  weights.bytes = size_of(row);
  weights.pruned = row.integer() != 0;
  return weights;
}

MeasurementRecord read_measurement(Statement& row) {
  MeasurementRecord record;
  rounds::Measurement& measurement = record.measurement;
  measurement.weights = row.integer();
  record.job = row.integer();
  measurement.round = row.integer();
  measurement.fragments = row.integer();
  measurement.accuracy = row.real();
  measurement.loss = row.real();
  record.when = row.integer();
  return record;
}

EventRecord read_event(Statement& row) {
  EventRecord event;
  for (auto* field : {&event.number, &event.job, &event.round, &event.when}) *field = row.integer();
  event.kind = row.text();
  event.text = row.text();
  return event;
}

template <class Record>
std::vector<Record> rest(Statement& rows, Record (*read)(Statement&)) {
  std::vector<Record> records;
  while (rows.step()) records.push_back(read(rows));
  return records;
}

template <class Record>
std::vector<Record> read_all(Database& database, const char* sql, Record (*read)(Statement&)) {
  Statement rows(database, sql);
  return rest(rows, read);
}

}  // namespace

void prepare_tables(Database& database) {
  database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
  Statement version(database, "PRAGMA user_version");
  version.step();
  if (const std::int64_t found = version.integer(); found != 0 && found != kFormat) {
    throw Error(Errc::bad_input, "the state directory is of format " + std::to_string(found) +
                                     ", and this fragagg reads " + std::to_string(kFormat) +
                                     ": use the fragagg that made it, or another directory");
  }
  version.run();  // to its end: an open read would keep the schema from being written
  Transaction transaction(database);
  database.run(kSchema);
  transaction.commit();
}

void put(Database& database, const JobRecord& job) {
  Statement row(database, "INSERT OR REPLACE INTO jobs VALUES(?1,?2,?3,?4,?5,?6,?7)");
  row.bind(job.id)
      .bind(word(kJobStates, job.state))
      .bind(job.weights)
      .bind(job.last_round)
      .bind(job.accepted);
  row.bind(job.reason).bind(to_json(job.spec).dump()).run();
}

void put(Database& database, const RoundRecord& round) {
  Statement row(database,
                "INSERT OR REPLACE INTO rounds VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
                "?17,?18,?19,?20)");
  row.bind(round.job).bind(round.round).bind(word(kRoundStates, round.state)).bind(round.base);
  row.bind(round.opened).bind(round.deadline).bind(round.closed).bind(round.taken).bind(round.late);
  row.bind(round.refused).bind(round.reissued).bind(round.repeated).bind(round.foreign).bind(round.extended);
  row.bind(round.weights).bind(static_cast<std::int64_t>(round.received));
  row.bind(static_cast<std::int64_t>(round.sent)).bind(round.staleness).bind(round.loss).bind(round.accuracy);
  row.run();
}

void put(Database& database, const TaskRecord& task) {
  Statement row(
      database,
      "INSERT OR REPLACE INTO tasks VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)");
  row.bind(task.id).bind(task.job).bind(task.round).bind(task.part).bind(task.worker);
  row.bind(word(kTaskStates, task.state)).bind(task.issued).bind(task.ended).bind(task.base).bind(task.draw);
  row.bind(static_cast<std::int64_t>(task.count)).bind(task.digest);
  row.bind(static_cast<std::int64_t>(task.bytes)).bind(task.order).bind(task.norm);
  row.bind(to_json(task.report).dump()).run();
}

void put(Database& database, const WorkerRecord& worker) {
  Statement row(database, "INSERT OR REPLACE INTO workers VALUES(?1,?2,?3,?4,?5)");
  row.bind(worker.id)
      .bind(worker.name)
      .bind(worker.token_sha256)
      .bind(worker.job)
      .bind(worker.joined_by)
      .run();
}

void put(Database& database, const MemberRecord& member) {
  Statement row(database, "INSERT OR REPLACE INTO members VALUES(?1,?2,?3,?4,?5,?6,?7)");
  row.bind(member.job).bind(member.worker).bind(member.taken).bind(member.late).bind(member.part);
  row.bind(member.speed).bind(member.accepted).run();
}

void put(Database& database, const WeightsRecord& weights) {
  Statement row(database, "INSERT OR REPLACE INTO weights VALUES(?1,?2,?3,?4,?5,?6)");
  row.bind(weights.version).bind(weights.job).bind(weights.round).bind(weights.digest);
  row.bind(static_cast<std::int64_t>(weights.bytes)).bind(std::int64_t{weights.pruned}).run();
}

void put(Database& database, const MeasurementRecord& record) {
  const rounds::Measurement& measurement = record.measurement;
  Statement row(database, "INSERT OR REPLACE INTO measurements VALUES(?1,?2,?3,?4,?5,?6,?7)");
  row.bind(measurement.weights).bind(record.job).bind(measurement.round).bind(measurement.fragments);
  row.bind(measurement.accuracy).bind(measurement.loss).bind(record.when).run();
}

void put(Database& database, const EventRecord& event) {
  Statement row(database, "INSERT OR REPLACE INTO events VALUES(?1,?2,?3,?4,?5,?6)");
  row.bind(event.number).bind(event.job).bind(event.round).bind(event.when).bind(event.kind).bind(event.text);
  row.run();
}

Batch load_rows(Database& database) {
  Batch batch;
  batch.jobs = read_all(database, "SELECT * FROM jobs ORDER BY id", read_job);
  batch.rounds = read_all(database, "SELECT * FROM rounds ORDER BY job, round", read_round);
  batch.tasks = read_all(database,
                         "SELECT tasks.* FROM tasks JOIN jobs ON jobs.id = tasks.job"
                         " LEFT JOIN rounds USING(job, round) WHERE jobs.state <> 'finished'"
                         " AND ifnull(rounds.state, 'open') IN ('open', 'closing') ORDER BY tasks.id",
                         read_task);
  batch.workers = read_all(database, "SELECT * FROM workers ORDER BY id", read_worker);
  batch.members = read_all(database, "SELECT * FROM members ORDER BY job, worker", read_member);
  batch.weights = read_all(database, "SELECT * FROM weights ORDER BY version", read_weights);
  batch.measurements = read_all(database, "SELECT * FROM measurements ORDER BY version", read_measurement);
  Statement events(database,
                   "SELECT * FROM (SELECT * FROM events ORDER BY number DESC LIMIT ?1) ORDER BY number");
  events.bind(static_cast<std::int64_t>(rounds::kEventsKept));
  batch.events = rest(events, read_event);
  return batch;
}

std::optional<TaskRecord> find_task_row(Database& database, const std::string& id) {
  Statement row(database, "SELECT * FROM tasks WHERE id = ?1");
  row.bind(id);
  return row.step() ? std::optional(read_task(row)) : std::nullopt;
}

std::vector<TaskRecord> accepted_rows(Database& database, std::int64_t job, std::int64_t round) {
  Statement rows(
      database,
      "SELECT * FROM tasks WHERE job = ?1 AND round = ?2 AND state = 'accepted' ORDER BY \"order\"");
  rows.bind(job).bind(round);
  return rest(rows, read_task);
}

std::optional<TaskRecord> newest_task_row(Database& database, std::int64_t job, std::int64_t part) {
  Statement row(database, "SELECT * FROM tasks WHERE job = ?1 AND part = ?2 ORDER BY draw DESC LIMIT 1");
  row.bind(job).bind(part);
  return row.step() ? std::optional(read_task(row)) : std::nullopt;
}

}  // namespace frag::aggregator
