// Asynchronous rules: rounds that are steps of the server, made of results as they come.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <utility>

#include "libfrag/base/random.h"
#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;

JobSpec async_job(std::int64_t nodes, std::int64_t rounds) {
  JobSpec job = job_of(nodes, 1, rounds);
  job.rule = complete({"downpour", {}});
  return job;
}

JobSpec buffered_job(std::int64_t nodes, std::int64_t rounds, double buffer) {
  JobSpec job = job_of(nodes, 1, rounds);
  job.rule = complete({"fedbuff", {{"buffer", buffer}}});
  return job;
}

}  // namespace

TEST_CASE("every result makes a step, whichever version it started from") {
  Campaign campaign(async_job(2, 3));
  const auto slow = campaign.worker("slow");
  const auto quick = campaign.worker("quick");
  const std::string of_slow = campaign.ask(slow);
  for (int step = 0; step < 2; ++step) {
    campaign.send(quick, campaign.ask(quick));
    campaign.close();
  }
  campaign.send(slow, of_slow);
  const Closing closing = *campaign.coordinator->closing();
  CHECK(closing.round == 3);
  REQUIRE(closing.results.size() == 1);
  CHECK(closing.step.contributions[0].staleness == 2);
  CHECK(closing.base == 2);
  campaign.close();
  CHECK(campaign.status().state == "finished");
  CHECK(campaign.status().history[2].staleness == 2);
}

TEST_CASE("a part is drawn anew for each of its tasks, also after a restart") {
  Campaign campaign(async_job(1, 9));
  const auto worker = campaign.worker("a");
  std::set<std::uint64_t> draws;
  for (int step = 0; step < 4; ++step) {
    const Lease lease = campaign.coordinator->next_task(worker, 0).lease;
    draws.insert(lease.sample.round);
    campaign.send(worker, lease.task);
    campaign.close();
    campaign.restart();
  }
  CHECK(draws == std::set<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("a buffered rule makes a step of as many results as its buffer holds, of one worker too") {
  Campaign campaign(buffered_job(2, 2, 3));
  const auto worker = campaign.worker("a");
  for (int i = 0; i < 2; ++i) campaign.send(worker, campaign.ask(worker));
  CHECK_FALSE(campaign.coordinator->closing());
  campaign.send(worker, campaign.ask(worker));
  CHECK(campaign.coordinator->closing()->results.size() == 3);
}

TEST_CASE("what comes while a step is made belongs to the next steps, in the order it came") {
  Campaign campaign(async_job(4, 9));
  std::vector<std::int64_t> workers;
  std::vector<std::string> tasks;
  for (const char* name : {"a", "b", "c", "d"}) {
    workers.push_back(campaign.worker(name));
    tasks.push_back(campaign.ask(workers.back()));
  }
  for (const std::size_t w : {2u, 0u, 3u, 1u}) campaign.send(workers[w], tasks[w]);
  campaign.restart();
  std::vector<std::string> order;
  while (const auto closing = campaign.coordinator->closing()) {
    REQUIRE(closing->results.size() == 1);
    order.push_back(closing->results[0].task);
    campaign.close();
  }
  CHECK(order == std::vector<std::string>{tasks[2], tasks[0], tasks[3], tasks[1]});
  CHECK(campaign.status().weights == 4);
}

TEST_CASE("a lease outlives the steps of others, and so does its worker's restart of the aggregator") {
  Campaign campaign(async_job(2, 9));
  const auto slow = campaign.worker("slow");
  const auto quick = campaign.worker("quick");
  const std::string task = campaign.ask(slow);
  for (int step = 0; step < 3; ++step) {
    campaign.send(quick, campaign.ask(quick));
    campaign.close();
    campaign.coordinator->heartbeat(slow, task);
    campaign.restart();
  }
  CHECK(campaign.ask(slow) == task);
  campaign.send(slow, task);
  CHECK(campaign.coordinator->closing());
}

TEST_CASE("no deadline acts on an asynchronous job") {
  JobSpec job = async_job(1, 9);
  job.below_quorum = BelowQuorum::pause;
  Campaign campaign(job);
  CHECK_FALSE(campaign.coordinator->next_due());
  campaign.wait(150);
  campaign.coordinator->advance();
  CHECK(campaign.status().state == "open");
  CHECK(campaign.round().extended == 0);
}

TEST_CASE("joining again while a step is made gives the lease up") {
  Campaign campaign(async_job(2, 9));
  const auto worker = campaign.worker("a");
  const auto other = campaign.worker("b");
  const std::string task = campaign.ask(worker);
  campaign.send(other, campaign.ask(other));
  campaign.worker("a");
  campaign.close();
  CHECK(campaign.ask(worker) != task);
  CHECK(campaign.heartbeat_refused(worker, task));
}

TEST_CASE("a dead lease's result counts when it comes after all") {
  Campaign campaign(async_job(1, 9));
  const auto silent = campaign.worker("silent");
  const auto other = campaign.worker("other");
  const std::string task = campaign.ask(silent);
  campaign.wait(11);
  const std::string again = campaign.ask(other);
  CHECK(again == "1-1-0-2");
  campaign.send(other, again);
  campaign.close();
  CHECK(campaign.send(silent, task) == Verdict::accepted);
}

TEST_CASE("a step carries on only the tasks that are held") {
  Campaign campaign(async_job(3, 9));
  const auto silent = campaign.worker("silent");
  const auto wrong = campaign.worker("wrong");
  const auto quick = campaign.worker("quick");
  campaign.ask(silent);
  campaign.coordinator->reject(wrong, campaign.ask(wrong), "NaN");
  campaign.wait(11);
  campaign.send(quick, campaign.ask(quick));
  campaign.close();
  CHECK(campaign.coordinator->records().tasks.empty());
}

TEST_CASE("what a dead lease started from is let go, and its result counts all the same") {
  JobSpec job = async_job(2, 9);
  job.keep_weights = 1;
  Campaign campaign(job);
  const auto silent = campaign.worker("silent");
  const auto quick = campaign.worker("quick");
  const auto step = [&] {
    campaign.send(quick, campaign.ask(quick));
    campaign.close();
  };
  step();
  const std::string task = campaign.ask(silent);
  campaign.wait(11);
  step();
  step();
  CHECK(campaign.coordinator->prune().weights == std::vector<std::int64_t>{1, 2});
  CHECK(campaign.send(silent, task) == Verdict::accepted);
  CHECK(campaign.round().staleness == 2);
}

TEST_CASE("a part counts as issued again once for each of its leases that died") {
  Campaign campaign(async_job(1, 9));
  const auto silent = campaign.worker("silent");
  const auto other = campaign.worker("other");
  campaign.ask(silent);
  campaign.wait(11);
  for (int step = 0; step < 3; ++step) {
    campaign.send(other, campaign.ask(other));
    campaign.close();
  }
  CHECK(campaign.status().history[0].reissued == 1);
  CHECK(campaign.status().history[1].reissued == 0);
}

TEST_CASE("a lease that died in one step counts as issued again in the step in which that is") {
  Campaign campaign(async_job(2, 9));
  const auto silent = campaign.worker("silent");
  const auto quick = campaign.worker("quick");
  const auto newcomer = campaign.worker("newcomer");
  campaign.ask(silent);
  const std::string task = campaign.ask(quick);
  campaign.wait(6);
  campaign.coordinator->heartbeat(quick, task);
  campaign.wait(5);
  campaign.send(quick, task);
  campaign.close();
  campaign.ask(quick);
  CHECK(campaign.ask(newcomer).ends_with("-2"));
  CHECK(campaign.status().history[0].reissued + campaign.round().reissued == 1);
}

TEST_CASE("nothing is late before the job has ended") {
  Campaign campaign(async_job(2, 1));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  const std::string of_a = campaign.ask(a), of_b = campaign.ask(b);
  campaign.send(a, of_a);
  campaign.close();
  CHECK(campaign.send_refused(b, of_b));
  CHECK(campaign.status().history[0].late == 1);
}

TEST_CASE("the same asynchronous result twice counts once") {
  Campaign campaign(async_job(1, 9));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  CHECK(campaign.send(worker, task) == Verdict::again);
  campaign.close();
  CHECK(campaign.send(worker, task) == Verdict::again);
  CHECK(campaign.status().weights == 1);
  CHECK_FALSE(campaign.coordinator->closing());
}

TEST_CASE("what comes while the last step is made is late, and stays so after the job's end") {
  Campaign campaign(async_job(2, 1));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  const std::string of_a = campaign.ask(a), of_b = campaign.ask(b);
  campaign.send(a, of_a);
  CHECK(campaign.send_refused(b, of_b));
  CHECK(campaign.round().late == 1);
  campaign.close();
  CHECK(campaign.send_refused(b, of_b));
  CHECK(campaign.round().repeated == 1);
}

TEST_CASE("while a step is made as many results are taken as the steps that are left need") {
  Campaign campaign(async_job(3, 2));
  std::vector<std::int64_t> workers;
  std::vector<std::string> tasks;
  for (const char* name : {"a", "b", "c"}) {
    workers.push_back(campaign.worker(name));
    tasks.push_back(campaign.ask(workers.back()));
  }
  campaign.send(workers[0], tasks[0]);
  campaign.send(workers[1], tasks[1]);
  CHECK(campaign.heartbeat_refused(workers[2], tasks[2]));
  CHECK(campaign.send_refused(workers[2], tasks[2]));
}

TEST_CASE("a stop while a step is made leaves what came for later steps late") {
  Campaign campaign(async_job(2, 9));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  const std::string of_a = campaign.ask(a), of_b = campaign.ask(b);
  campaign.send(a, of_a);
  campaign.send(b, of_b);
  campaign.coordinator->stop(1, "enough");
  campaign.close();
  CHECK(campaign.status().state == "finished");
  CHECK(campaign.round().late == 1);
  CHECK(campaign.status().workers[1].taken == 0);
  CHECK(campaign.send_refused(b, of_b));
}

TEST_CASE("a result that an earlier job left behind counts in no other job's step") {
  Campaign campaign(async_job(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  campaign.close();
  TaskRecord left = *campaign.store.find_task(task);
  left.id = "1-1-0-2";
  left.round = 2;
  left.digest = Campaign::result(left.id).digest;
  Batch leftover;
  leftover.tasks = {left};
  campaign.store.write(leftover);
  campaign.restart();
  campaign.open(async_job(1, 3));
  const auto again = campaign.worker("a");
  for (int step = 0; step < 2; ++step) {
    campaign.send(again, campaign.ask(again));
    CHECK(campaign.coordinator->closing()->results.size() == 1);
    campaign.close();
  }
  CHECK(campaign.send(again, left.id) == Verdict::again);
}

namespace {

// One asynchronous job from its submission to its end, by chance.
class Run {
 public:
  Run(Campaign& campaign, SplitMix64& random)
      : campaign_(campaign), random_(random), buffer_(1 + static_cast<std::int64_t>(random.below(4))) {
    job_ = campaign_.open(buffered_job(5, kSteps, static_cast<double>(buffer_)));
    for (int w = 0; w < 5; ++w) workers_.push_back(campaign_.worker("w" + std::to_string(w)));
  }

  void to_its_end() {
    while (campaign_.status().state != "finished") one_event();
    REQUIRE(counted_.size() <= accepted_.size());
    // In the order of acceptance.
    REQUIRE(std::equal(counted_.begin(), counted_.end(), accepted_.begin()));
    if (!stopped_) REQUIRE(counted_.size() == accepted_.size());
    REQUIRE(campaign_.coordinator->records().tasks.empty());
    // Whatever the answer is, there is one.
    for (const auto& [worker, task] : accepted_) campaign_.send_refused(worker, task);
  }

 private:
  static constexpr std::int64_t kSteps = 12;
  using Sent = std::pair<std::int64_t, std::string>;

  void one_event() {
    const std::int64_t worker = workers_[random_.below(workers_.size())];
    switch (random_.below(6)) {
      case 0:
      case 1:
        if (holding_[worker].empty()) holding_[worker] = campaign_.ask(worker);
        break;
      case 2:
        send(worker);
        break;
      case 3:
        close();
        break;
      case 4:
        campaign_.wait(static_cast<double>(random_.below(12)));
        break;
      default:
        if (random_.below(4) == 0) campaign_.restart();
        if (random_.below(60) == 0) stop();
    }
  }

  void send(std::int64_t worker) {
    const std::string task = std::exchange(holding_[worker], {});
    if (task.empty()) return;
    if (!campaign_.send_refused(worker, task)) accepted_.push_back({worker, task});
  }

  void close() {
    const auto closing = campaign_.coordinator->closing();
    if (!closing) return;
    REQUIRE(closing->job == job_);
    REQUIRE(static_cast<std::int64_t>(closing->results.size()) == buffer_);
    for (const auto& result : closing->results) {
      counted_.push_back({campaign_.store.find_task(result.task)->worker, result.task});
    }
    campaign_.close();
  }

  void stop() {
    if (stopped_) return;
    campaign_.coordinator->stop(job_, "enough");
    stopped_ = true;
  }

  Campaign& campaign_;
  SplitMix64& random_;
  const std::int64_t buffer_;
  std::int64_t job_ = 0;
  std::vector<std::int64_t> workers_;
  std::map<std::int64_t, std::string> holding_;
  std::vector<Sent> accepted_, counted_;
  bool stopped_ = false;
};

}  // namespace

TEST_CASE("whatever happens in whatever order, every result counts in exactly one step of its job") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    SplitMix64 random(seed);
    Campaign campaign;
    for (int job = 0; job < 2; ++job) Run(campaign, random).to_its_end();
  }
}

}  // namespace frag::rounds
