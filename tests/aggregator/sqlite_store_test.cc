#include "trainer/aggregator/sqlite_store.h"

#include <catch2/catch.hpp>
#include <limits>

#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/memory_store.h"
#include "tests/rounds/campaign.h"
#include "tests/rounds/weights.h"
#include "trainer/aggregator/sqlite.h"

namespace frag::aggregator {
namespace {

using rounds::Batch;
using rounds::testing::TempDir;

// Every field with a value of its own, so that two that change places are seen.
Batch example() {
  Batch batch;
  rounds::JobRecord job;
  job.id = 1;
  job.spec = rounds::testing::job_of(4, 0.75, 3);
  job.spec.name = "quotes ' \" and \xc3\xa4";
  job.state = rounds::JobState::open;
  job.weights = 7;
  job.last_round = 5;
  job.accepted = 6;
  job.reason = "why";
  batch.jobs = {job};
  const rounds::RoundCounts counts{3, 4, 5, 6, 7, 8, 9, 11, 12};
  batch.rounds = {{counts, 1, 2, rounds::RoundState::closing, 6, 1000, 2000, 1500, 10, 1.5, 2.5, 0.5}};
  const rounds::ResultReport report{"1-2-0-1", 600, 19, 0.25, 0.75, 3.5};
  batch.tasks = {{"1-2-0-1", 1, 2, 0, 11, rounds::TaskState::accepted, 1001, 1002, 5, 3, 500, "ab",
                  1ull << 40, 8, 0.125, report},
                 {"1-2-1-1", 1, 2, 1, 12, rounds::TaskState::overdue, 1003, 0, 6, 2, 0, "", 0, 0, 0, {}}};
  batch.workers = {{11, "one", "digest", 1, "by"}, {12, "two", "other", 0, ""}};
  batch.members = {{1, 11, 3, 4, 2, 7.5, "1-1-0-1"}};
  batch.weights = {{6, 1, 1, "cd", 4096, true}, {7, 1, 2, "ef", 4097, false}};
  batch.measurements = {{1, {1, 6, 300, 0.5, 1.25}, 1004}};
  batch.events = {{1, 1, 2, 1005, "closed", "round 2"}};
  return batch;
}

}  // namespace

TEST_CASE("a question that fails is not told as a write") {
  const TempDir dir;
  Database database(dir / "rounds.sqlite");
  Statement question(database, "SELECT abs(?1)");
  question.bind(std::numeric_limits<std::int64_t>::min());  // has no absolute value
  CHECK_THROWS_WITH(question.step(), Catch::Matchers::StartsWith("read "));
}

TEST_CASE("records come back from the database as they were, after it was closed too") {
  const TempDir dir;
  SqliteStore(dir / "db").write(example());
  CHECK(SqliteStore(dir / "db").load() == example());
}

TEST_CASE("a record replaces the one of its key") {
  const TempDir dir;
  SqliteStore store(dir / "db");
  store.write(example());
  Batch change;
  change.workers = {{11, "one", "new digest", 2, "by"}};
  store.write(change);
  CHECK(store.load().workers[0].token_sha256 == "new digest");
  CHECK(store.load().workers.size() == 2);
}

TEST_CASE("tasks of closed rounds are not loaded but found") {
  const TempDir dir;
  SqliteStore store(dir / "db");
  Batch batch = example();
  batch.rounds[0].state = rounds::RoundState::closed;
  store.write(batch);
  CHECK(store.load().tasks.empty());
  CHECK(store.find_task("1-2-0-1") == batch.tasks[0]);
  CHECK(store.find_task("1-2-9-1") == std::nullopt);
}

TEST_CASE("tasks of finished jobs are not loaded but found") {
  const TempDir dir;
  SqliteStore store(dir / "db");
  Batch batch = example();
  batch.jobs[0].state = rounds::JobState::finished;
  store.write(batch);
  CHECK(store.load().tasks.empty());
  CHECK(store.find_task("1-2-0-1") == batch.tasks[0]);
}

TEST_CASE("a part's newest task is the one of its largest draw") {
  const TempDir dir;
  SqliteStore store(dir / "db");
  Batch batch = example();
  batch.tasks.push_back(batch.tasks[0]);
  batch.tasks.back().id = "1-1-0-10";
  batch.tasks.back().draw = 10;
  store.write(batch);
  CHECK(store.newest_task(1, 0) == batch.tasks[2]);
  CHECK(store.newest_task(1, 9) == std::nullopt);
}

TEST_CASE("a batch that fails half-way leaves nothing of itself") {
  const TempDir dir;
  SqliteStore store(dir / "db");
  store.write(example());
  {
    Database other(dir / "db");
    other.run("CREATE TRIGGER full BEFORE INSERT ON weights BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  }
  Batch batch;
  batch.workers = {{13, "three", "digest", 0, ""}};
  batch.weights = {{8, 1, 3, "gh", 1}};
  CHECK_THROWS_WITH(store.write(batch), Catch::Matchers::Contains("disk full"));
  CHECK(store.load() == example());
}

TEST_CASE("the database is in WAL mode, which survives a killed process") {
  const TempDir dir;
  const SqliteStore store(dir / "db");
  Database database(dir / "db");
  Statement mode(database, "PRAGMA journal_mode");
  mode.step();
  CHECK(mode.text() == "wal");
}

TEST_CASE("a database of a newer format is not touched") {
  const TempDir dir;
  {
    Database database(dir / "db");
    database.run("PRAGMA user_version = 99");
  }
  CHECK_THROWS_WITH(SqliteStore(dir / "db"), Catch::Matchers::Contains("use the fragagg that made it"));
}

TEST_CASE("the coordinator finds in SQLite what it finds in memory") {
  const TempDir dir;
  SqliteStore sqlite(dir / "db");
  rounds::MemoryStore memory;
  rounds::Millis now = 5'000'000;
  const auto run = [&](rounds::Store& store) {
    rounds::Coordinator coordinator(store, [&] { return now; });
    const auto job = coordinator.submit(rounds::testing::job_of(2, 0.5, 2));
    coordinator.open(job, "first", 10);
    for (const std::string name : {"a", "b"}) {
      const auto worker = coordinator.join(name).worker;
      const auto offer = coordinator.next_task(worker, 0);
      coordinator.accept(worker, offer.lease.task, {"digest " + name, 10, 1.5, {}});
      coordinator.close(*coordinator.closing(), "mean", 10);
    }
    Batch records = rounds::Coordinator(store, [&] { return now; }).records();
    for (auto& worker : records.workers) worker.token_sha256.clear();  // drawn at random
    return records;
  };
  CHECK(run(sqlite) == run(memory));
}

}  // namespace frag::aggregator
