// Which results count, how rounds close, and what a failing store or a restart leaves.
#include <catch2/catch.hpp>

#include "libfrag/rounds/coordinator.h"
#include "tests/rounds/campaign.h"

namespace frag::rounds {

using testing::Campaign;
using testing::job_of;

TEST_CASE("a round closes with its quorum, not before and not with more") {
  Campaign campaign(job_of(4, 0.75));
  const std::int64_t workers[] = {campaign.worker("a"), campaign.worker("b"), campaign.worker("c"),
                                  campaign.worker("d")};
  std::string tasks[4];
  for (int i = 0; i < 4; ++i) tasks[i] = campaign.ask(workers[i]);
  campaign.send(workers[3], tasks[3]);
  campaign.send(workers[0], tasks[0]);
  CHECK_FALSE(campaign.coordinator->closing());
  campaign.send(workers[1], tasks[1]);
  const auto closing = campaign.coordinator->closing();
  REQUIRE(closing);
  CHECK(closing->step.contributions[0].part == 0);
  CHECK(closing->step.contributions[1].part == 1);
  CHECK(closing->step.contributions[2].part == 3);
  CHECK(campaign.send_refused(workers[2], tasks[2]));
  CHECK(campaign.coordinator->closing()->results.size() == 3);
}

TEST_CASE("a result after its round closed is refused as late and counted in that round, once") {
  Campaign campaign(job_of(2, 0.5));
  const auto quick = campaign.worker("quick");
  const auto slow = campaign.worker("slow");
  const std::string task = campaign.ask(quick);
  const std::string late = campaign.ask(slow);
  campaign.send(quick, task);
  campaign.close();
  CHECK(campaign.send_refused(slow, late));
  CHECK(campaign.send_refused(slow, late));
  CHECK(campaign.status().history[0].late == 1);
  CHECK(campaign.status().history[0].repeated == 1);
  CHECK(campaign.status().history[1].late == 0);
  CHECK(campaign.status().workers[1].late == 1);
}

TEST_CASE("a dead lease's result still counts while its part is not taken") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.wait(30);
  const auto other = campaign.worker("b");
  const std::string again = campaign.ask(other);
  CHECK(campaign.send(worker, task) == Verdict::accepted);
  CHECK(campaign.send_refused(other, again));
}

TEST_CASE("the same bytes for the same task are accepted again and count once") {
  Campaign campaign(job_of(2, 0.5));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  CHECK(campaign.send(worker, task) == Verdict::accepted);
  CHECK(campaign.send(worker, task) == Verdict::again);
  CHECK(campaign.round().taken == 1);
  CHECK(campaign.round().repeated == 1);
  SECTION("after the round closed too") {
    campaign.close();
    CHECK(campaign.send(worker, task) == Verdict::again);
  }
  SECTION("after a restart too") {
    campaign.close();
    campaign.restart();
    CHECK(campaign.send(worker, task) == Verdict::again);
  }
}

TEST_CASE("other bytes for a task that has a result are refused") {
  Campaign campaign(job_of(2, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  CHECK(campaign.send_refused(worker, task, "other"));
  CHECK(campaign.round().taken == 1);
}

TEST_CASE("a result for another's task is refused and counted as foreign") {
  Campaign campaign(job_of(2, 1));
  const std::string task = campaign.ask(campaign.worker("a"));
  CHECK(campaign.send_refused(campaign.worker("b"), task));
  CHECK(campaign.round().foreign == 1);
  CHECK(campaign.round().taken == 0);
}

TEST_CASE("a task that does not exist is not found") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = GENERATE("1-1-0-1", "9-9-9-9", "x", "");
  try {
    campaign.coordinator->admit(worker, task);
    FAIL("admitted");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::not_found);
  }
}

TEST_CASE("a refused result is counted and its part is free for another at once") {
  Campaign campaign(job_of(1, 1));
  const auto bad = campaign.worker("bad");
  const std::string task = campaign.ask(bad);
  campaign.coordinator->reject(bad, task, "NaN");
  CHECK(campaign.round().refused == 1);
  CHECK(campaign.round().taken == 0);
  CHECK(campaign.ask(campaign.worker("good")) == "1-1-0-2");
  CHECK(campaign.round().reissued == 0);
}

TEST_CASE("whose result was refused gets no part for one lease, so that others come first") {
  Campaign campaign(job_of(1, 1));
  const auto bad = campaign.worker("bad");
  campaign.coordinator->reject(bad, campaign.ask(bad), "NaN");
  CHECK(campaign.ask(bad) == "");
  campaign.wait(10);
  CHECK(campaign.ask(bad) == "1-1-0-2");
}

TEST_CASE("a result for a task whose result was refused is refused") {
  Campaign campaign(job_of(2, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.coordinator->reject(worker, task, "NaN");
  CHECK(campaign.send_refused(worker, task));
}

TEST_CASE("a bad result for a task that has a good one leaves the good one") {
  Campaign campaign(job_of(2, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  CHECK(Campaign::refused([&] { campaign.coordinator->reject(worker, task, "NaN"); }));
  CHECK(campaign.round().refused == 0);
  CHECK(campaign.round().taken == 1);
}

TEST_CASE("a closing that was interrupted is found again, the same") {
  Campaign campaign(job_of(2, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.send(worker, campaign.ask(worker));
  const auto before = campaign.coordinator->closing();
  campaign.restart();
  const auto after = campaign.coordinator->closing();
  REQUIRE(after);
  CHECK(after->version == before->version);
  CHECK(after->base == before->base);
  REQUIRE(after->results.size() == 2);
  CHECK(after->results[1].digest == before->results[1].digest);
}

TEST_CASE("nothing is handed out while a round is being averaged") {
  Campaign campaign(job_of(2, 0.5));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  CHECK(campaign.ask(worker) == "");
  campaign.close();
  CHECK(campaign.ask(worker) == "1-2-0-1");
}

TEST_CASE("the next round starts from the mean of the last") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.close();
  CHECK(campaign.coordinator->next_task(worker, 0).lease.weights == 1);
  CHECK(campaign.status().weights == 1);
}

TEST_CASE("what cannot be stored did not happen and can be tried again") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  const Batch before = campaign.coordinator->records();
  campaign.store.fail_next(1);
  CHECK_THROWS_AS(campaign.send(worker, task), Error);
  CHECK(campaign.coordinator->records() == before);
  CHECK(campaign.send(worker, task) == Verdict::accepted);
}

TEST_CASE("a close that cannot be stored leaves the round closing") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.store.fail_next(1);
  CHECK_THROWS_AS(campaign.close(), Error);
  REQUIRE(campaign.coordinator->closing());
  campaign.close();
  CHECK(campaign.round().round == 2);
}

TEST_CASE("only the round that is closing can be closed") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  const Closing closing = *campaign.coordinator->closing();
  campaign.close();
  CHECK_THROWS_AS(campaign.coordinator->close(closing, "digest", 1), Error);
}

}  // namespace frag::rounds
