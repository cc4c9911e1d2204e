// Who gets which part of a round, and how much of it.
#include <catch2/catch.hpp>

#include "tests/rounds/campaign.h"

namespace frag::rounds {
namespace {

using testing::Campaign;
using testing::job_of;

}  // namespace

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
  campaign.do_round(worker);
  CHECK(campaign.coordinator->next_task(worker, 0).lease.accepted == "1-1-0-1");
}

}  // namespace frag::rounds
