#include "trainer/simulation/virtual_rounds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <utility>

#include "libfrag/base/error.h"
#include "tests/rounds/campaign.h"
#include "trainer/simulation/simulated_training.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kBytes = 1000;

rounds::JobSpec simulated_job(std::int64_t nodes, double quorum, std::int64_t rounds) {
  rounds::JobSpec job = rounds::testing::job_of(nodes, quorum, rounds);
  job.sample.count = 500;
  job.deadline_s = 10'000;
  return job;
}

FleetSettings fleet_of(std::int64_t workers, const std::string& speeds) {
  FleetSettings fleet;
  fleet.workers = workers;
  fleet.speeds = speeds;
  fleet.rate = 100;
  fleet.latency_s = 0.01;
  return fleet;
}

VirtualOutcome outcome_of(const rounds::JobSpec& job, const FleetSettings& fleet) {
  UndoneWork work(kBytes);
  return run_virtual_rounds(job, fleet, work);
}

template <class Field>
std::int64_t sum_of(const VirtualOutcome& outcome, Field field) {
  std::int64_t sum = 0;
  for (const rounds::RoundStatus& round : outcome.status.history) sum += round.*field;
  return sum;
}

std::vector<std::uint64_t> received_of(const VirtualOutcome& outcome) {
  std::vector<std::uint64_t> bytes;
  for (const rounds::RoundStatus& round : outcome.status.history) bytes.push_back(round.received);
  return bytes;
}

// The first result of part 1 is no good.
class OnceFaulty : public UndoneWork {
 public:
  OnceFaulty() : UndoneWork(kBytes) {}
  TrainedResult train(std::int64_t worker, const rounds::Lease& lease) override {
    TrainedResult trained = UndoneWork::train(worker, lease);
    if (lease.part == 1 && !std::exchange(was_faulty_, true)) trained.fault = "a number that is not finite";
    return trained;
  }

 private:
  bool was_faulty_ = false;
};

class AlwaysFaulty : public UndoneWork {
 public:
  AlwaysFaulty() : UndoneWork(kBytes) {}
  TrainedResult train(std::int64_t, const rounds::Lease&) override {
    return {.fault = "too large", .result = {}};
  }
};

}  // namespace

TEST_CASE("equal jobs and fleets give equal rounds in virtual time") {
  FleetSettings fleet = fleet_of(20, "lognormal:0.5");
  fleet.failures = 0.1;
  const rounds::JobSpec job = simulated_job(15, 0.8, 5);
  const VirtualOutcome first = outcome_of(job, fleet), second = outcome_of(job, fleet);
  CHECK(first.seconds == second.seconds);
  CHECK(first.vanished == second.vanished);
  CHECK(to_json(first.status)["history"] == to_json(second.status)["history"]);
}

TEST_CASE("with a full quorum a round takes as long as its slowest worker") {
  const VirtualOutcome outcome = outcome_of(simulated_job(10, 1, 4), fleet_of(10, "1*8, 0.2*2"));
  CHECK(outcome.seconds / 4 == Approx(25).margin(0.5));
}

TEST_CASE("a quorum without the slow workers makes rounds as long as the quick ones take") {
  rounds::JobSpec job = simulated_job(10, 0.8, 8);
  job.lease_s = 300;  // so that they do not hear of it before they are done
  const VirtualOutcome outcome = outcome_of(job, fleet_of(10, "1*8, 0.2*2"));
  // The slow workers' parts are taken by nobody, and the eight quick ones are the quorum.
  CHECK(outcome.seconds / 8 == Approx(5).margin(0.5));
  CHECK(sum_of(outcome, &rounds::RoundStatus::taken) == 8 * 8);
  CHECK(sum_of(outcome, &rounds::RoundStatus::late) >= 2);
}

TEST_CASE("slow workers give a round up that has closed without them, and are late in none") {
  rounds::JobSpec job = simulated_job(10, 0.8, 8);
  job.lease_s = 3;
  const VirtualOutcome outcome = outcome_of(job, fleet_of(10, "1*8, 0.2*2"));
  CHECK(outcome.seconds / 8 == Approx(5).margin(0.5));
  CHECK(sum_of(outcome, &rounds::RoundStatus::late) == 0);
}

TEST_CASE("tasks of workers that vanish are issued again and the job ends") {
  FleetSettings fleet = fleet_of(8, "1");
  fleet.failures = 0.3;
  fleet.away_s = 30;
  const VirtualOutcome outcome = outcome_of(simulated_job(8, 1, 6), fleet);
  CHECK(outcome.status.state == "finished");
  CHECK(outcome.vanished > 0);
  CHECK(sum_of(outcome, &rounds::RoundStatus::taken) == 8 * 6);
  CHECK(sum_of(outcome, &rounds::RoundStatus::reissued) > 0);
}

TEST_CASE("an asynchronous rule never waits: its steps come as fast as all workers together") {
  rounds::JobSpec job = simulated_job(10, 1, 84);
  job.rule = rounds::complete({"downpour", {}});
  const VirtualOutcome outcome = outcome_of(job, fleet_of(10, "1*8, 0.2*2"));
  // In 50 s eight workers deliver ten results each, two deliver two each.
  CHECK(outcome.seconds == Approx(50).margin(2));
  CHECK(sum_of(outcome, &rounds::RoundStatus::late) == 0);
}

TEST_CASE("work divided by speed lets slow workers finish with the quick ones") {
  rounds::JobSpec job = simulated_job(10, 1, 5);
  const double equal = outcome_of(job, fleet_of(10, "1*8, 0.2*2")).seconds;
  job.work = rounds::Work::speed;
  const double by_speed = outcome_of(job, fleet_of(10, "1*8, 0.2*2")).seconds;
  CHECK(by_speed < 0.5 * equal);
}

TEST_CASE("hundreds of workers are simulated") {
  const VirtualOutcome outcome = outcome_of(simulated_job(300, 0.75, 3), fleet_of(320, "uniform:0.2:1"));
  CHECK(sum_of(outcome, &rounds::RoundStatus::taken) == 3 * 225);
}

TEST_CASE("a slow line makes the bytes of a round cost time") {
  FleetSettings fleet = fleet_of(2, "1");
  fleet.bandwidth = 100;  // bytes/s: 10 s each way
  const VirtualOutcome outcome = outcome_of(simulated_job(2, 1, 1), fleet);
  CHECK(outcome.seconds == Approx(25).margin(0.5));
}

TEST_CASE("a result with a fault is counted as refused and its part issued again") {
  OnceFaulty work;
  const VirtualOutcome outcome = run_virtual_rounds(simulated_job(3, 1, 2), fleet_of(3, "1"), work);
  CHECK(sum_of(outcome, &rounds::RoundStatus::refused) == 1);
  CHECK(sum_of(outcome, &rounds::RoundStatus::taken) == 2 * 3);
}

TEST_CASE("a job of which every result is refused ends and says why") {
  AlwaysFaulty work;
  CHECK_THROWS_WITH(run_virtual_rounds(simulated_job(3, 1, 2), fleet_of(3, "1"), work),
                    Catch::Matchers::Contains("60 results in a row were refused") &&
                        Catch::Matchers::Contains("too large"));
}

TEST_CASE("a job that pauses itself ends with what it lacked and the key to change") {
  rounds::JobSpec job = simulated_job(2, 1, 1);
  job.deadline_s = 10;
  job.below_quorum = rounds::BelowQuorum::pause;
  CHECK_THROWS_WITH(outcome_of(job, fleet_of(2, "1, 0.1")),
                    Catch::Matchers::Contains("1 of 2 results at the deadline") &&
                        Catch::Matchers::Contains("another below_quorum"));
}

TEST_CASE("what a sample without a count holds is known from its draw") {
  rounds::JobSpec job = simulated_job(1, 1, 1);
  job.sample.count.reset();
  job.sample.balance = Balance::none;
  const ClassRanges ranges = {{{.first = 0, .count = 300}}, {{.first = 300, .count = 200}}};
  UndoneWork work(kBytes,
                  std::make_shared<const Sampler>(std::vector<std::string>{"a", "b"},
                                                  std::map<std::string, ClassRanges>{{"train", ranges}}));
  CHECK(run_virtual_rounds(job, fleet_of(1, "1"), work).seconds == Approx(5).margin(0.2));
}

TEST_CASE("a result of deep gradient compression takes the bytes of its round's share of entries") {
  rounds::JobSpec job = simulated_job(2, 1, 5);
  job.compression = {.wire = rounds::Wire::dgc, .ratio = 0.01, .warmup = 4};
  const VirtualOutcome outcome = outcome_of(job, fleet_of(2, "1"));
  // Eight bytes for a quarter, then 6.3 %, ... of 250 entries, by each of two workers.
  CHECK(received_of(outcome) == std::vector<std::uint64_t>{2 * 500, 2 * 126, 2 * 30, 2 * 20, 2 * 20});
}

TEST_CASE("the warm-up of a compression makes the first rounds' results take longer on a slow line") {
  rounds::JobSpec job = simulated_job(1, 1, 5);
  job.compression = {.wire = rounds::Wire::dgc, .ratio = 0.01, .warmup = 4};
  FleetSettings fleet = fleet_of(1, "1");
  fleet.bandwidth = 10;
  const auto history = outcome_of(job, fleet).status.history;
  CHECK(history.front().seconds - history.back().seconds == Approx(48).margin(0.5));  // 500 and 20 bytes
}

TEST_CASE("results in half precision take half the bytes where only times are simulated") {
  rounds::JobSpec job = simulated_job(2, 1, 1);
  job.compression.wire = rounds::Wire::fp16;
  CHECK(received_of(outcome_of(job, fleet_of(2, "1"))) == std::vector<std::uint64_t>{kBytes});
}

TEST_CASE("speeds are drawn as they are asked for") {
  CHECK(draw_speeds(fleet_of(4, "1*2, 0.5")) == std::vector<double>{1, 1, 0.5, 1});
  auto speeds = draw_speeds(fleet_of(1001, "lognormal:0.5"));
  std::nth_element(speeds.begin(), speeds.begin() + 500, speeds.end());
  CHECK(speeds[500] == Approx(1).margin(0.1));
  const auto uniform = draw_speeds(fleet_of(500, "uniform:0.2:0.4"));
  CHECK(std::all_of(uniform.begin(), uniform.end(), [](double s) { return s >= 0.2 && s <= 0.4; }));
}

TEST_CASE("speeds that are none are refused with the way to write them") {
  for (const char* speeds : {"", "0", "-1", "fast", "1*0", "1*x", "lognormal:", "uniform:1"}) {
    CAPTURE(speeds);
    CHECK_THROWS_WITH(draw_speeds(fleet_of(3, speeds)), Catch::Matchers::Contains("lognormal:0.5"));
  }
}

}  // namespace frag::trainer
