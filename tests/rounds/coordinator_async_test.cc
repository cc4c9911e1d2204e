// Asynchronous rules: rounds that are steps of the server, made of results as they come.
#include <catch2/catch.hpp>
#include <map>
#include <set>

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

TEST_CASE("whatever happens in whatever order, every accepted result counts in exactly one step") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SplitMix64 random(seed);
    const std::int64_t buffer = 1 + static_cast<std::int64_t>(random.below(4));
    Campaign campaign(buffered_job(5, 1000, static_cast<double>(buffer)));
    std::vector<std::int64_t> workers;
    for (int w = 0; w < 5; ++w) workers.push_back(campaign.worker("w" + std::to_string(w)));
    std::map<std::int64_t, std::string> holding;
    std::vector<std::string> accepted, counted;
    for (int i = 0; i < 400; ++i) {
      const std::int64_t worker = workers[random.below(workers.size())];
      switch (random.below(5)) {
        case 0:
          if (holding[worker].empty()) holding[worker] = campaign.ask(worker);
          break;
        case 1:
          if (holding[worker].empty()) break;
          campaign.send(worker, holding[worker]);
          accepted.push_back(holding[worker]);
          holding[worker].clear();
          break;
        case 2:
          if (const auto closing = campaign.coordinator->closing()) {
            REQUIRE(static_cast<std::int64_t>(closing->results.size()) == buffer);
            for (const auto& result : closing->results) counted.push_back(result.task);
            campaign.close();
          }
          break;
        case 3:
          campaign.wait(static_cast<double>(random.below(12)));
          break;
        default:
          if (random.below(4) == 0) campaign.restart();
      }
    }
    while (const auto closing = campaign.coordinator->closing()) {
      for (const auto& result : closing->results) counted.push_back(result.task);
      campaign.close();
    }
    REQUIRE(accepted.size() - counted.size() < static_cast<std::size_t>(buffer));
    accepted.resize(counted.size());
    REQUIRE(counted == accepted);  // in the order of acceptance
  }
}

}  // namespace frag::rounds
