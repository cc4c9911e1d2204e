// Evaluators: who measures which version, and how a job ends by what they measure.
#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;
using testing::measured_job;

}  // namespace

TEST_CASE("an evaluator measures every version in turn, and is done when the last one is") {
  Campaign campaign(measured_job(2));
  const auto worker = campaign.worker("a");
  const auto evaluator = campaign.worker("e");
  CHECK(campaign.coordinator->next_evaluation(evaluator, 0).kind == OfferKind::wait);
  campaign.do_round(worker);
  campaign.do_round(worker);
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
  campaign.do_round(worker);
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
  campaign.do_round(worker);
  campaign.do_round(worker);
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
  campaign.do_round(worker);
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
  campaign.do_round(worker);
  campaign.coordinator->measured(worker, {0, 1, 60, 0.89, 1});
  CHECK(campaign.status().state == "open");
  campaign.do_round(worker);
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
    campaign.do_round(worker);
    campaign.coordinator->measured(worker, {0, ++version, 60, accuracy, 1});
  }
  CHECK(campaign.status().state == "open");
  campaign.do_round(worker);
  campaign.coordinator->measured(worker, {0, ++version, 60, 0.55, 1});
  CHECK(campaign.status().state == "finished");
}

TEST_CASE("a stop that could not be stored is made when the measurement comes again") {
  JobSpec job = measured_job(10);
  job.stop.target = 0.9;
  Campaign campaign(job);
  const auto worker = campaign.worker("a");
  campaign.do_round(worker);
  const Measurement good{0, 1, 60, 0.95, 1};
  campaign.store.fail_next(1);
  CHECK_THROWS(campaign.coordinator->measured(worker, good));
  campaign.coordinator->measured(worker, good);
  CHECK(campaign.status().state == "finished");
}

}  // namespace frag::rounds
