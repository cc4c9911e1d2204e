// What is kept of a job: versions, results, events, bytes, records.
#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;

std::vector<std::string> kinds(const JobStatus& status) {
  std::vector<std::string> list;
  for (const EventStatus& event : status.events) list.push_back(event.kind);
  return list;
}

}  // namespace

TEST_CASE("pruning keeps the first, the best, the newest and what is still to be measured") {
  JobSpec job = job_of(1, 1, 10);
  job.keep_weights = 2;
  job.evaluation = Evaluation{};
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  for (std::int64_t version = 1; version <= 8; ++version) {
    campaign.do_round(worker);
    if (version <= 6) campaign.coordinator->measured(worker, {0, version, 60, version == 3 ? 0.9 : 0.5, 1});
  }
  CHECK(campaign.coordinator->prune().weights == std::vector<std::int64_t>{1, 2, 4, 5, 6});
  CHECK(campaign.coordinator->prune().weights.empty());
  campaign.restart();
  CHECK(campaign.coordinator->weights(4)->pruned);
  CHECK_FALSE(campaign.coordinator->weights(7)->pruned);
}

TEST_CASE("a result that comes again when its base is pruned is held against weights that are kept") {
  JobSpec job = job_of(1, 1, 10);
  job.keep_weights = 1;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  campaign.do_round(worker);
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  campaign.close();
  campaign.do_round(worker);
  campaign.coordinator->prune();
  REQUIRE(campaign.coordinator->weights(1)->pruned);
  const std::int64_t base = campaign.coordinator->admit(worker, task).base;
  CHECK_FALSE(campaign.coordinator->weights(base)->pruned);
  CHECK(campaign.send(worker, task) == Verdict::again);
}

TEST_CASE("the results of a round go when so many newer rounds are closed") {
  JobSpec job = job_of(1, 1, 10);
  job.keep = 2;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  for (int round = 1; round <= 2; ++round) campaign.do_round(worker);
  CHECK(campaign.coordinator->prune().results.empty());
  campaign.do_round(worker);
  const auto gone = campaign.coordinator->prune().results;
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].task == "1-1-0-1");
  CHECK_FALSE(campaign.coordinator->keeps(*campaign.store.find_task("1-1-0-1")));
  CHECK(campaign.coordinator->keeps(*campaign.store.find_task("1-2-0-1")));
}

TEST_CASE("what happened is told in order, also after a restart") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  campaign.do_round(worker);
  campaign.restart();
  CHECK(kinds(campaign.status()) ==
        std::vector<std::string>{"submitted", "opened", "joined", "closed", "finished"});
}

TEST_CASE("bytes are counted to the round in which they moved") {
  Campaign campaign(job_of(1, 1, 2));
  const auto worker = campaign.worker("a");
  campaign.coordinator->count_bytes(10, 200);
  CHECK(campaign.round().sent == 200);
  campaign.do_round(worker);
  CHECK(campaign.status().history[0].received == 10);
  CHECK(campaign.round().sent == 0);
}

TEST_CASE("a round that is closed can be closed again from its records") {
  Campaign campaign(job_of(2, 1, 2));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  const std::string of_a = campaign.ask(a), of_b = campaign.ask(b);
  campaign.send(b, of_b);
  campaign.send(a, of_a);
  const Closing before = *campaign.coordinator->closing();
  campaign.close();
  const Closing after = campaign.coordinator->closed(1, 1);
  CHECK(after.base == before.base);
  CHECK(after.version == before.version);
  REQUIRE(after.results.size() == 2);
  CHECK(after.results[0].task == before.results[0].task);
  CHECK(after.results[1].digest == before.results[1].digest);
}

}  // namespace frag::rounds
