// Any interleaving of events keeps the laws that coordinator.h states, and a restart finds what was there.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/random.h"
#include "libfrag/rounds/coordinator.h"
#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;

// Drives a campaign by chance and watches it from outside.
class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed) {}

  void run(int events) {
    for (int i = 0; i < events; ++i) {
      if (random_.below(40) == 0) campaign_.store.fail_next(1);
      try {
        one_event();
      } catch (const Error& error) {
        // Everything else would be a bug of ours.
        const bool foreseen = error.code() == Errc::refused || error.code() == Errc::io;
        if (!foreseen) FAIL(error.what());
      }
      check();
    }
  }

  std::int64_t finished_jobs() const { return finished_; }
  std::int64_t accepted_results() const { return static_cast<std::int64_t>(acknowledged_.size()); }

 private:
  struct Held {
    std::int64_t worker;
    std::string task;
  };

  void one_event() {
    switch (random_.below(12)) {
      case 0:
        submit();
        break;
      case 1:
        campaign_.worker(name());
        break;
      case 2:
      case 3:
      case 4:
        ask();
        break;
      case 5:
      case 6:
        send();
        break;
      case 7:
        beat();
        break;
      case 8:
        reject();
        break;
      case 9:
        campaign_.wait(static_cast<double>(random_.below(30)));
        break;
      case 10:
        close();
        break;
      case 11:
        restart();
        break;
    }
  }

  std::string name() { return "worker" + std::to_string(random_.below(5)); }
  std::int64_t worker() { return campaign_.worker(name()); }

  void submit() {
    const auto nodes = static_cast<std::int64_t>(1 + random_.below(5));
    const double quorum = static_cast<double>(1 + random_.below(4)) / 4;
    campaign_.open(job_of(nodes, quorum, static_cast<std::int64_t>(1 + random_.below(3))));
  }

  // Any worker that is known; joining anew each time would give its lease up.
  std::int64_t known_worker() {
    const auto workers = campaign_.coordinator->records().workers;
    if (workers.empty()) return worker();
    return workers[random_.below(workers.size())].id;
  }

  void ask() {
    const std::int64_t who = known_worker();
    const std::string task = campaign_.ask(who);
    if (!task.empty()) tasks_.push_back({who, task});
  }

  // Mostly a worker's own task, of any age; now and then another's.
  Held any_task() {
    Held held = tasks_[random_.below(tasks_.size())];
    if (random_.below(8) == 0) held.worker = known_worker();
    return held;
  }

  void send() {
    if (tasks_.empty()) return;
    const Held held = any_task();
    const std::string bytes = random_.below(6) == 0 ? "other" : "result";
    const Verdict verdict = campaign_.send(held.worker, held.task, bytes);
    const auto [entry, is_new] = acknowledged_.emplace(held.task, bytes);
    // Acknowledged once as new and ever after as the same.
    if ((verdict == Verdict::accepted) != is_new || entry->second != bytes) {
      // A store that failed after a first acknowledgement cannot make it new again.
      FAIL("task " + held.task + " was acknowledged twice");
    }
  }

  void beat() {
    if (tasks_.empty()) return;
    const Held held = any_task();
    campaign_.coordinator->heartbeat(held.worker, held.task);
  }

  void reject() {
    if (tasks_.empty()) return;
    const Held held = any_task();
    campaign_.coordinator->reject(held.worker, held.task, "NaN");
  }

  void close() {
    if (!campaign_.coordinator->closing()) return;
    campaign_.close();
    if (campaign_.status().state == "finished") ++finished_;
  }

  void restart() {
    const Batch before = campaign_.coordinator->records();
    campaign_.restart();
    if (!(campaign_.coordinator->records() == before)) FAIL("a restart found other records");
  }

  void check() {
    const Batch records = campaign_.coordinator->records();
    check_jobs(records);
    check_rounds(records);
    check_tasks(records);
  }

  static void require(bool law, const char* what) {
    if (!law) FAIL(what);
  }

  static void check_jobs(const Batch& records) {
    int unfinished = 0;
    for (const JobRecord& job : records.jobs) unfinished += job.state != JobState::finished;
    require(unfinished <= 1, "two jobs are not finished");
  }

  void check_rounds(const Batch& records) {
    std::map<std::int64_t, JobSpec> specs;
    for (const JobRecord& job : records.jobs) specs[job.id] = job.spec;
    std::int64_t taken = 0;
    for (const RoundRecord& round : records.rounds) {
      taken += round.taken;
      const std::int64_t needed = specs.at(round.job).needed();
      require(round.taken <= needed, "a round took more than its quorum");
      require((round.state == RoundState::open) == (round.taken < needed),
              "a round closed at another number");
    }
    // The store holds a result exactly where its sender was told so; a failed store may hold none that was
    // not told.
    require(taken == static_cast<std::int64_t>(acknowledged_.size()),
            "a result counts that was not acknowledged");
  }

  static void check_tasks(const Batch& records) {
    std::map<std::int64_t, int> accepted, leased;
    std::map<std::int64_t, int> by_worker;
    for (const TaskRecord& task : records.tasks) {
      accepted[task.part] += task.state == TaskState::accepted;
      leased[task.part] += task.state == TaskState::leased;
      by_worker[task.worker] += task.state == TaskState::leased || task.state == TaskState::overdue;
    }
    for (const auto& [part, count] : accepted) require(count <= 1, "a part counts twice");
    for (const auto& [part, count] : leased)
      require(count + accepted[part] <= 1, "a part is with two workers");
    for (const auto& [worker, count] : by_worker) require(count <= 1, "a worker holds two leases");
  }

  SplitMix64 random_;
  Campaign campaign_;
  std::vector<Held> tasks_;
  std::map<std::string, std::string> acknowledged_;  // task to bytes
  std::int64_t finished_ = 0;
};

}  // namespace

TEST_CASE("the laws hold in any order of events, with failing stores and restarts between") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 21)));
  CAPTURE(seed);
  Chaos chaos(seed);
  chaos.run(2000);
  // Not a law, but a test that reaches no end of a job would show little.
  CHECK(chaos.finished_jobs() >= 2);
  CHECK(chaos.accepted_results() >= 10);
}

}  // namespace frag::rounds
