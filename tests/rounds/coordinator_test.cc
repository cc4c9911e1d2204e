// Jobs, workers, leases and time.
#include "libfrag/rounds/coordinator.h"

#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {

using testing::Campaign;
using testing::job_of;

TEST_CASE("a status of few rounds has the newest, and says what the others come to") {
  Campaign campaign(job_of(1, 1, 5));
  const auto worker = campaign.worker("a");
  for (int round = 1; round <= 3; ++round) {
    campaign.send(worker, campaign.ask(worker));
    campaign.coordinator->count_bytes(100, 200);
    campaign.close();
  }
  const JobStatus all = campaign.status();
  const JobStatus few = campaign.coordinator->status(all.job, 2);
  REQUIRE(few.history.size() == 2);
  CHECK(few.history[0].round == 3);
  CHECK(few.earlier.closed == 2);
  CHECK(few.earlier.received == 200);
  CHECK(totals_of(few).taken == 3);
  CHECK(totals_of(few).sent == totals_of(all).sent);
}

TEST_CASE("a worker is here for a lease after it was heard, as it joined") {
  Campaign campaign(job_of(1, 1));
  campaign.coordinator->join("a", "anna");
  REQUIRE(campaign.coordinator->here("a"));
  CHECK(campaign.coordinator->here("a")->joined_by == "anna");
  CHECK_FALSE(campaign.coordinator->here("b"));
  campaign.wait(31);
  CHECK_FALSE(campaign.coordinator->here("a"));
}

TEST_CASE("a job awaits its weights, is open, and is finished after its last round") {
  Campaign campaign;
  const auto job = campaign.coordinator->submit(job_of(1, 1, 1));
  CHECK(campaign.status().state == "awaiting_weights");
  campaign.coordinator->open(job, "digest", 10);
  CHECK(campaign.status().state == "open");
  CHECK(campaign.coordinator->state_of(job) == "open");
  CHECK_THROWS_AS(campaign.coordinator->state_of(job + 1), Error);
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.close();
  CHECK(campaign.status().state == "finished");
}

TEST_CASE("a job is refused while another awaits its weights or is open") {
  Campaign campaign;
  const auto job = campaign.coordinator->submit(job_of(1, 1));
  CHECK(Campaign::refused([&] { campaign.coordinator->submit(job_of(1, 1)); }));
  campaign.coordinator->open(job, "digest", 10);
  CHECK(Campaign::refused([&] { campaign.coordinator->submit(job_of(1, 1)); }));
}

TEST_CASE("a job takes its first weights once, and the same ones again") {
  Campaign campaign;
  const auto job = campaign.coordinator->submit(job_of(1, 1));
  const auto version = campaign.coordinator->open(job, "digest", 10);
  CHECK(campaign.coordinator->open(job, "digest", 10) == version);
  CHECK(Campaign::refused([&] { campaign.coordinator->open(job, "other", 10); }));
}

TEST_CASE("no two jobs share a version of weights") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.close();
  CHECK(campaign.coordinator->weights(1)->round == 1);
  const auto second = campaign.open(job_of(1, 1, 1));
  CHECK(campaign.coordinator->status(second).weights == 2);
}

TEST_CASE("a lease says all that a worker needs") {
  JobSpec job = job_of(4, 1);
  job.mirrors = {"http://127.0.0.1:1"};
  job.sample.seed = 9;
  Campaign campaign(job);
  campaign.ask(campaign.worker("a"));
  const Lease lease = campaign.coordinator->next_task(campaign.worker("b"), 0).lease;
  CHECK(lease.task == "1-1-1-1");
  CHECK(lease.weights == 0);
  CHECK(lease.mirrors == job.mirrors);
  CHECK(lease.sample.seed == 9);
  CHECK(lease.sample.round == 1);
  CHECK(lease.sample.part == 1);
  CHECK(lease.sample.parts == 4);
}

TEST_CASE("a lease carries its own part's weights and no other's") {
  JobSpec job = job_of(2, 1);
  job.sample.parts = 2;
  job.sample.part_weights = {{{"a", 1}, {"b", 3}}, {{"a", 3}, {"b", 1}}};
  Campaign campaign(job);
  campaign.ask(campaign.worker("a"));
  const Lease lease = campaign.coordinator->next_task(campaign.worker("b"), 0).lease;
  CHECK(lease.sample.part_weights.empty());
  CHECK(lease.sample.balance == Balance::weighted);
  CHECK(lease.sample.class_weights == ClassWeights{{"a", 3}, {"b", 1}});
}

TEST_CASE("parts are handed out once each, lowest first") {
  Campaign campaign(job_of(3, 1));
  CHECK(campaign.ask(campaign.worker("a")) == "1-1-0-1");
  CHECK(campaign.ask(campaign.worker("b")) == "1-1-1-1");
  CHECK(campaign.ask(campaign.worker("c")) == "1-1-2-1");
  CHECK(campaign.ask(campaign.worker("d")) == "");
}

TEST_CASE("a worker that asks again gets the lease it holds") {
  Campaign campaign(job_of(3, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  CHECK(campaign.ask(worker) == task);
}

TEST_CASE("one worker does several parts where workers are few") {
  Campaign campaign(job_of(3, 1));
  const auto worker = campaign.worker("a");
  for (int part = 0; part < 3; ++part) campaign.send(worker, campaign.ask(worker));
  CHECK(campaign.coordinator->closing()->results.size() == 3);
}

TEST_CASE("a lease without a heartbeat dies and its part goes to another") {
  Campaign campaign(job_of(1, 1));
  campaign.ask(campaign.worker("a"));
  const auto other = campaign.worker("b");
  campaign.wait(9.9);
  CHECK(campaign.ask(other) == "");
  campaign.wait(0.1);
  CHECK(campaign.ask(other) == "1-1-0-2");
  CHECK(campaign.round().reissued == 1);
}

TEST_CASE("heartbeats keep a lease alive") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  for (int i = 0; i < 5; ++i) {
    campaign.wait(9);
    CHECK(campaign.coordinator->heartbeat(worker, task) == 10);
  }
  CHECK(campaign.ask(campaign.worker("b")) == "");
}

TEST_CASE("a heartbeat revives a dead lease that nobody else has taken") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.wait(50);
  CHECK_FALSE(campaign.heartbeat_refused(worker, task));
  CHECK(campaign.ask(campaign.worker("b")) == "");
}

TEST_CASE("a heartbeat is refused once the part is with another") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.wait(50);
  campaign.ask(campaign.worker("b"));
  CHECK(campaign.heartbeat_refused(worker, task));
}

TEST_CASE("a heartbeat for another's task is refused") {
  Campaign campaign(job_of(2, 1));
  const std::string task = campaign.ask(campaign.worker("a"));
  CHECK(campaign.heartbeat_refused(campaign.worker("b"), task));
}

TEST_CASE("a worker that returns under its name gets a new token and gives up its lease") {
  Campaign campaign(job_of(1, 1));
  const Joined first = campaign.coordinator->join("a");
  campaign.ask(first.worker);
  const Joined second = campaign.coordinator->join("a");
  CHECK(second.worker == first.worker);
  CHECK(campaign.coordinator->worker_of(second.token) == first.worker);
  CHECK(campaign.coordinator->worker_of(first.token) == std::nullopt);
  CHECK(campaign.ask(campaign.worker("b")) == "1-1-0-2");
}

TEST_CASE("tokens are kept as digests only") {
  Campaign campaign;
  const Joined joined = campaign.coordinator->join("a");
  CHECK(campaign.coordinator->records().workers[0].token_sha256 == sha256_hex(joined.token));
}

TEST_CASE("a worker's name must be printable and not too long") {
  Campaign campaign;
  const std::string name = GENERATE(as<std::string>{}, "", "a\nb", std::string(201, 'x'));
  CHECK_THROWS_AS(campaign.coordinator->join(name), Error);
}

TEST_CASE("a worker of no job waits for the next one that opens") {
  Campaign campaign;
  const auto worker = campaign.worker("a");
  CHECK(campaign.ask(worker) == "");
  campaign.open(job_of(1, 1));
  CHECK(campaign.ask(worker) == "1-1-0-1");
}

TEST_CASE("a worker ends with its job, until it joins again") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.close();
  campaign.open(job_of(1, 1, 1));
  CHECK(campaign.coordinator->next_task(worker, 0).kind == OfferKind::finished);
  campaign.worker("a");
  CHECK(campaign.ask(worker) == "2-1-0-1");
}

TEST_CASE("below the quorum at the deadline the round gets its own length once more") {
  Campaign campaign(job_of(2, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.wait(100);
  campaign.coordinator->advance();
  CHECK(campaign.round().extended == 1);
  CHECK(campaign.round().taken == 1);
  CHECK(campaign.coordinator->next_due() == campaign.now + 100'000);
}

TEST_CASE(
    "after the deadline a part that is still held may also be given to another, and the first result "
    "counts") {
  Campaign campaign(job_of(1, 1));
  const auto slow = campaign.worker("slow");
  const auto quick = campaign.worker("quick");
  const std::string task = campaign.ask(slow);
  for (int i = 0; i < 11; ++i) {
    campaign.wait(9.5);
    campaign.coordinator->heartbeat(slow, task);
  }
  const std::string second = campaign.ask(quick);
  CHECK(second == "1-1-0-2");
  CHECK_FALSE(campaign.heartbeat_refused(slow, task));
  SECTION("the slow one's") {
    CHECK(campaign.send(slow, task) == Verdict::accepted);
    CHECK(campaign.send_refused(quick, second));
  }
  SECTION("the quick one's") {
    CHECK(campaign.send(quick, second) == Verdict::accepted);
    CHECK(campaign.send_refused(slow, task));
  }
}

TEST_CASE("a worker whose part was taken by another's result gets another part, not the same again") {
  Campaign campaign(job_of(3, 1));
  const auto slow = campaign.worker("slow");
  const auto slower = campaign.worker("slower");
  const auto quick = campaign.worker("quick");
  const std::string task = campaign.ask(slow);
  const std::string other = campaign.ask(slower);
  campaign.send(quick, campaign.ask(quick));
  for (int i = 0; i < 11; ++i) {
    campaign.wait(9.5);
    campaign.coordinator->heartbeat(slow, task);
    campaign.coordinator->heartbeat(slower, other);
  }
  const std::string again = campaign.ask(quick);
  CHECK(again == "1-1-0-2");
  campaign.send(quick, again);
  CHECK(campaign.heartbeat_refused(slow, task));
  CHECK(campaign.ask(slow) == "1-1-1-2");
}

TEST_CASE("nobody's lease dies because the aggregator was away") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.wait(60);
  campaign.restart();
  campaign.wait(9);
  CHECK(campaign.ask(campaign.worker("b")) == "");
  CHECK_FALSE(campaign.heartbeat_refused(worker, task));
}

TEST_CASE("the status says who waits, who trains and who is gone") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const auto waiting = campaign.worker("b");
  const std::string task = campaign.ask(worker);
  campaign.coordinator->next_task(waiting, 25'000);
  CHECK(campaign.status().workers[0].state == "training");
  CHECK(campaign.status().workers[1].state == "waiting");
  campaign.wait(30);
  campaign.coordinator->advance();
  CHECK(campaign.status().workers[0].state == "gone");
  CHECK(campaign.status().workers[1].state == "waiting");
  campaign.wait(30);
  CHECK(campaign.status().workers[1].state == "gone");
}

TEST_CASE("what waits for an opening is told of it") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  const auto before = campaign.coordinator->openings();
  SECTION("a lease dies") {
    campaign.wait(11);
  }
  SECTION("the deadline passes") {
    for (int i = 0; i < 11; ++i) {
      campaign.wait(9.5);
      if (i < 10) campaign.coordinator->heartbeat(worker, task);
    }
  }
  SECTION("a result is refused") {
    campaign.coordinator->reject(worker, task, "NaN");
  }
  SECTION("a round opens") {
    campaign.send(worker, task);
    campaign.close();
  }
  SECTION("a worker returns") {
    campaign.worker("a");
  }
  campaign.coordinator->advance();
  CHECK(campaign.coordinator->openings() > before);
}

}  // namespace frag::rounds
