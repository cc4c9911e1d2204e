// What changes a job while it runs: deadlines without a quorum, pauses, ends.
#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;
using testing::measured_job;

}  // namespace

TEST_CASE("what a worker did is told on one line of bounded length") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  campaign.coordinator->reject(worker, campaign.ask(worker), "\x1b[2J" + std::string(1000, 'x'));
  const std::string text = campaign.status().events.back().text;
  CHECK(text.size() == 300);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("below the quorum at the deadline a round closes with enough results where the job says so") {
  JobSpec job = job_of(4, 1);
  job.below_quorum = BelowQuorum::close;
  job.at_least = 2;
  Campaign campaign(job);
  const auto a = campaign.worker("a");
  campaign.send(a, campaign.ask(a));
  campaign.wait(100);
  campaign.coordinator->advance();
  CHECK(campaign.round().state == "open");
  CHECK(campaign.round().extended == 1);
  campaign.send(a, campaign.ask(a));
  campaign.wait(100);
  campaign.coordinator->advance();
  CHECK(campaign.coordinator->closing()->results.size() == 2);
}

TEST_CASE("below the quorum at the deadline a job pauses where it says so, and keeps its results") {
  JobSpec job = job_of(2, 1);
  job.below_quorum = BelowQuorum::pause;
  Campaign campaign(job);
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  campaign.send(a, campaign.ask(a));
  const std::string held = campaign.ask(b);
  for (int i = 0; i < 11; ++i) {
    campaign.wait(9.5);
    campaign.coordinator->heartbeat(b, held);
  }
  CHECK(campaign.status().state == "paused");
  CHECK(campaign.ask(a).empty());
  campaign.send(b, held);
  CHECK(campaign.coordinator->closing()->results.size() == 2);
}

TEST_CASE("a deadline that passed while the aggregator was away acts one lease after its start") {
  Campaign campaign(job_of(2, 1));
  campaign.wait(150);
  campaign.restart();
  CHECK(campaign.coordinator->next_due() == campaign.now + 10'000);
  campaign.wait(9.9);
  campaign.coordinator->advance();
  CHECK(campaign.round().extended == 0);
  campaign.wait(0.1);
  campaign.coordinator->advance();
  CHECK(campaign.round().extended == 1);
}

TEST_CASE("a paused job hands nothing out, also after a restart, until it is resumed") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  campaign.coordinator->pause(1, "the room is too warm");
  campaign.restart();
  CHECK(campaign.status().reason == "the room is too warm");
  CHECK(campaign.ask(worker).empty());
  campaign.coordinator->resume(1);
  CHECK(campaign.ask(worker) == "1-1-0-1");
}

TEST_CASE("a resumed job's round has its whole length before it") {
  Campaign campaign(job_of(1, 1));
  campaign.coordinator->pause(1, "");
  campaign.wait(1000);
  campaign.coordinator->resume(1);
  campaign.wait(99);
  campaign.coordinator->advance();
  CHECK(campaign.round().extended == 0);
}

TEST_CASE("a stopped job ends at once and another can be submitted") {
  Campaign campaign(job_of(1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.coordinator->stop(1, "enough");
  CHECK(campaign.status().state == "finished");
  CHECK(campaign.status().reason == "enough");
  CHECK(campaign.round().state == "stopped");
  CHECK(campaign.send_refused(worker, task));
  CHECK(campaign.coordinator->next_task(worker, 0).kind == OfferKind::finished);
  CHECK(campaign.open(job_of(1, 1)) == 2);
}

TEST_CASE("a job that is stopped while a round is closing ends with that round's weights") {
  Campaign campaign(job_of(1, 1, 5));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.coordinator->stop(1, "enough");
  campaign.close();
  CHECK(campaign.status().state == "finished");
  CHECK(campaign.status().reason == "enough");
  CHECK(campaign.status().weights == 1);
}

TEST_CASE("a second stop gives up a round that cannot be averaged") {
  Campaign campaign(job_of(1, 1, 5));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  const Closing closing = *campaign.coordinator->closing();
  campaign.coordinator->stop(1, "enough");
  campaign.coordinator->stop(1, "its result is lost");
  CHECK(campaign.status().state == "finished");
  CHECK(campaign.status().reason == "its result is lost");
  CHECK(campaign.round().state == "stopped");
  CHECK_FALSE(campaign.coordinator->closing());
  CHECK(campaign.open(job_of(1, 1)) == 2);
  CHECK_THROWS_AS(campaign.coordinator->close(closing, "digest", 1), Error);
}

TEST_CASE("who submits while a last round is closing is told how to give it up") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  CHECK_THROWS_WITH(campaign.coordinator->submit(job_of(1, 1)),
                    Catch::Contains("stop it again to give this round up"));
}

TEST_CASE("measurements that end a job do not give up the round that is closing") {
  JobSpec job = measured_job(10);
  job.stop.target = 0.9;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  for (int round = 1; round <= 2; ++round) campaign.do_round(worker);
  campaign.send(worker, campaign.ask(worker));
  for (const std::int64_t version : {1, 2}) campaign.coordinator->measured(worker, {0, version, 60, 0.95, 1});
  REQUIRE(campaign.coordinator->closing());
  campaign.close();
  CHECK(campaign.status().weights == 3);
}

TEST_CASE("why a job was paused is not why it ends") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  const std::string task = campaign.ask(worker);
  campaign.coordinator->pause(1, "the room is too warm");
  campaign.send(worker, task);
  campaign.close();
  CHECK(campaign.status().reason == "all 1 rounds are done");
}

TEST_CASE("why a job was stopped stays, whether it is paused or resumed before its round is closed") {
  Campaign campaign(job_of(1, 1, 5));
  const auto worker = campaign.worker("a");
  campaign.send(worker, campaign.ask(worker));
  campaign.coordinator->stop(1, "enough");
  campaign.coordinator->pause(1, "the room is too warm");
  CHECK(campaign.status().reason == "enough");
  campaign.coordinator->resume(1);
  campaign.close();
  CHECK(campaign.status().reason == "enough");
}

TEST_CASE("a job that awaits its weights can be stopped, and takes none then") {
  Campaign campaign;
  const auto job = campaign.coordinator->submit(job_of(1, 1));
  campaign.coordinator->stop(job, "a mistake");
  CHECK(Campaign::refused([&] { campaign.coordinator->open(job, "digest", 1); }));
}

}  // namespace frag::rounds
