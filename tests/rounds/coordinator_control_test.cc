// What changes a job while it runs: deadlines without a quorum, pauses, ends, speeds, measurements, pruning.
#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;

JobSpec measured_job(std::int64_t rounds) {
  JobSpec job = job_of(1, 1, rounds);
  job.evaluation = Evaluation{};
  return job;
}

// One round by one worker.
void do_round(Campaign& campaign, std::int64_t worker) {
  campaign.send(worker, campaign.ask(worker));
  campaign.close();
}

std::vector<std::string> kinds(const JobStatus& status) {
  std::vector<std::string> list;
  for (const EventStatus& event : status.events) list.push_back(event.kind);
  return list;
}

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
  for (int round = 1; round <= 2; ++round) do_round(campaign, worker);
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

TEST_CASE("a worker gets the part it had, and others the parts that nobody had") {
  Campaign campaign(job_of(3, 1, 2));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  const auto c = campaign.worker("c");
  const std::string of_a = campaign.ask(a), of_b = campaign.ask(b), of_c = campaign.ask(c);
  campaign.send(a, of_a);
  campaign.send(b, of_b);
  campaign.send(c, of_c);
  campaign.close();
  const auto newcomer = campaign.worker("d");
  CHECK(campaign.ask(c) == "1-2-2-1");
  CHECK(campaign.ask(b) == "1-2-1-1");
  CHECK(campaign.ask(newcomer) == "1-2-0-1");  // the only one left, although a had it
}

TEST_CASE("who has a result in the round gets a second part only where it is needed for the quorum") {
  Campaign campaign(job_of(4, 0.5, 2));
  const auto a = campaign.worker("a");
  const auto b = campaign.worker("b");
  campaign.send(a, campaign.ask(a));
  const std::string of_b = campaign.ask(b);
  CHECK(campaign.ask(a).empty());
  campaign.wait(11);  // b is silent: its lease dies
  CHECK(campaign.ask(a) == "1-1-1-2");
}

TEST_CASE("a slower worker is asked for fewer fragments where the job divides the work by speed") {
  JobSpec job = job_of(2, 1, 2);
  job.work = Work::speed;
  job.sample.count = 600;
  Campaign campaign(job);
  const auto quick = campaign.worker("quick");
  const auto slow = campaign.worker("slow");
  const std::string of_quick = campaign.ask(quick), of_slow = campaign.ask(slow);
  campaign.wait(2);
  campaign.send(quick, of_quick);
  campaign.wait(6);
  campaign.send(slow, of_slow);
  campaign.close();
  CHECK(campaign.coordinator->next_task(quick, 0).lease.sample.count == 600u);
  const Lease lease = campaign.coordinator->next_task(slow, 0).lease;
  CHECK(lease.sample.count == 150u);
  CHECK(campaign.coordinator->admit(slow, lease.task).fragments == 150);
}

TEST_CASE("a result's report may say as many fragments as the worker was asked for") {
  JobSpec job = job_of(1, 1, 2);
  job.sample.count = 600;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  CHECK(campaign.coordinator->admit(worker, campaign.ask(worker)).fragments == 600);
}

TEST_CASE("a lease names the worker's newest accepted task") {
  Campaign campaign(job_of(1, 1, 3));
  const auto worker = campaign.worker("a");
  CHECK(campaign.coordinator->next_task(worker, 0).lease.accepted.empty());
  do_round(campaign, worker);
  CHECK(campaign.coordinator->next_task(worker, 0).lease.accepted == "1-1-0-1");
}

TEST_CASE("an evaluator measures every version in turn, and is done when the last one is") {
  Campaign campaign(measured_job(2));
  const auto worker = campaign.worker("a");
  const auto evaluator = campaign.worker("e");
  CHECK(campaign.coordinator->next_evaluation(evaluator, 0).kind == OfferKind::wait);
  do_round(campaign, worker);
  do_round(campaign, worker);
  for (const std::int64_t version : {1, 2}) {
    const auto offer = campaign.coordinator->next_evaluation(evaluator, 0);
    REQUIRE(offer.kind == OfferKind::task);
    CHECK(offer.lease.weights == version);
    campaign.coordinator->measured(evaluator, {0, version, 60, 0.5, 1.5});
  }
  CHECK(campaign.coordinator->next_evaluation(evaluator, 0).kind == OfferKind::finished);
  CHECK(campaign.status().measurements ==
        std::vector<Measurement>{{1, 1, 60, 0.5, 1.5}, {2, 2, 60, 0.5, 1.5}});
}

TEST_CASE("a version that somebody measures is another's only once its claim is over") {
  Campaign campaign(measured_job(2));
  const auto worker = campaign.worker("a");
  const auto first = campaign.worker("first");
  const auto second = campaign.worker("second");
  do_round(campaign, worker);
  CHECK(campaign.coordinator->next_evaluation(first, 0).kind == OfferKind::task);
  CHECK(campaign.coordinator->next_evaluation(second, 0).kind == OfferKind::wait);
  CHECK(campaign.coordinator->next_evaluation(first, 0).kind == OfferKind::task);
  campaign.wait(9.9);
  CHECK(campaign.coordinator->next_evaluation(second, 0).kind == OfferKind::wait);
  campaign.wait(0.1);
  CHECK(campaign.coordinator->next_evaluation(second, 0).kind == OfferKind::task);
}

TEST_CASE("an evaluator that asks again goes on with the version it has, whatever else came free") {
  Campaign campaign(measured_job(3));
  const auto worker = campaign.worker("a");
  const auto first = campaign.worker("first");
  const auto second = campaign.worker("second");
  const auto version = [&](std::int64_t evaluator) {
    return campaign.coordinator->next_evaluation(evaluator, 0).lease.weights;
  };
  do_round(campaign, worker);
  do_round(campaign, worker);
  REQUIRE(version(first) == 1);
  REQUIRE(version(second) == 2);
  campaign.worker("first");  // gives version 1 up
  CHECK(version(second) == 2);
  CHECK(version(first) == 1);
}

TEST_CASE("a claim lives as long as its evaluator renews it, and is nobody else's to renew") {
  Campaign campaign(measured_job(3));
  const auto worker = campaign.worker("a");
  const auto first = campaign.worker("first");
  const auto second = campaign.worker("second");
  do_round(campaign, worker);
  campaign.coordinator->next_evaluation(first, 0);
  for (int i = 0; i < 3; ++i) {
    campaign.wait(9);
    CHECK(campaign.coordinator->renew_claim(first, 1) == 10.0);
  }
  CHECK(campaign.coordinator->next_evaluation(second, 0).kind == OfferKind::wait);
  CHECK(Campaign::refused([&] { campaign.coordinator->renew_claim(second, 1); }));
  campaign.wait(11);
  CHECK(campaign.coordinator->renew_claim(first, 1) == 10.0);  // late, and nobody else took it
  campaign.coordinator->measured(first, {0, 1, 60, 0.5, 1});
  CHECK(Campaign::refused([&] { campaign.coordinator->renew_claim(first, 1); }));
  CHECK_THROWS_AS(campaign.coordinator->renew_claim(first, 9), Error);
}

TEST_CASE("a job ends when its target is reached") {
  JobSpec job = measured_job(10);
  job.stop.target = 0.9;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  do_round(campaign, worker);
  campaign.coordinator->measured(worker, {0, 1, 60, 0.89, 1});
  CHECK(campaign.status().state == "open");
  do_round(campaign, worker);
  campaign.coordinator->measured(worker, {0, 2, 60, 0.9, 1});
  CHECK(campaign.status().state == "finished");
  CHECK_THAT(campaign.status().reason, Catch::Contains("target"));
}

TEST_CASE("a job ends after so many measurements without a better accuracy") {
  JobSpec job = measured_job(10);
  job.stop.patience = 2;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  std::int64_t version = 0;
  for (const double accuracy : {0.5, 0.4, 0.6, 0.6}) {
    do_round(campaign, worker);
    campaign.coordinator->measured(worker, {0, ++version, 60, accuracy, 1});
  }
  CHECK(campaign.status().state == "open");
  do_round(campaign, worker);
  campaign.coordinator->measured(worker, {0, ++version, 60, 0.55, 1});
  CHECK(campaign.status().state == "finished");
}

TEST_CASE("a stop that could not be stored is made when the measurement comes again") {
  JobSpec job = measured_job(10);
  job.stop.target = 0.9;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  do_round(campaign, worker);
  const Measurement good{0, 1, 60, 0.95, 1};
  campaign.store.fail_next(1);
  CHECK_THROWS(campaign.coordinator->measured(worker, good));
  campaign.coordinator->measured(worker, good);
  CHECK(campaign.status().state == "finished");
}

TEST_CASE("pruning keeps the first, the best, the newest and what is still to be measured") {
  JobSpec job = job_of(1, 1, 10);
  job.keep_weights = 2;
  job.evaluation = Evaluation{};
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  for (std::int64_t version = 1; version <= 8; ++version) {
    do_round(campaign, worker);
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
  do_round(campaign, worker);
  const std::string task = campaign.ask(worker);
  campaign.send(worker, task);
  campaign.close();
  do_round(campaign, worker);
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
  for (int round = 1; round <= 2; ++round) do_round(campaign, worker);
  CHECK(campaign.coordinator->prune().results.empty());
  do_round(campaign, worker);
  const auto gone = campaign.coordinator->prune().results;
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].task == "1-1-0-1");
  CHECK_FALSE(campaign.coordinator->keeps(*campaign.store.find_task("1-1-0-1")));
  CHECK(campaign.coordinator->keeps(*campaign.store.find_task("1-2-0-1")));
}

TEST_CASE("what happened is told in order, also after a restart") {
  Campaign campaign(job_of(1, 1, 1));
  const auto worker = campaign.worker("a");
  do_round(campaign, worker);
  campaign.restart();
  CHECK(kinds(campaign.status()) ==
        std::vector<std::string>{"submitted", "opened", "joined", "closed", "finished"});
}

TEST_CASE("bytes are counted to the round in which they moved") {
  Campaign campaign(job_of(1, 1, 2));
  const auto worker = campaign.worker("a");
  campaign.coordinator->count_bytes(10, 200);
  CHECK(campaign.round().sent == 200);
  do_round(campaign, worker);
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
