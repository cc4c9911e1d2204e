#include "trainer/aggregator/job_tables.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/rounds/status_tag.h"
#include "tests/aggregator/watched_job.h"
#include "tests/rounds/weights.h"
#include "trainer/aggregator/job_files.h"
#include "trainer/aggregator/watch_metrics.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using frag::testing::watched_job;
using rounds::testing::TempDir;

JobSource source_of(const rounds::JobStatus& status) {
  return {.newest = [&status] { return status.job; },
          .status = [&status](std::int64_t) { return status; },
          .changes = [] { return std::uint64_t{1}; },
          .trouble = [] { return std::string(); }};
}

}  // namespace

TEST_CASE("a job's table has a row a round that has ended") {
  CHECK(
      rounds_csv(watched_job()) ==
      "round,state,nodes,needed,taken,late,refused,foreign,repeated,reissued,extended,opened,seconds,weights,"
      "received_bytes,sent_bytes,staleness,loss,accuracy\n"
      "1,closed,4,3,3,1,1,2,5,6,7,1700000000.500,12.340,1,3000,4000,0.250,1.500000,0.600000\n"
      "2,closed,4,3,3,0,0,0,0,0,0,1700000013.000,10.000,2,3000,4000,0.000,,\n");
}

TEST_CASE("a job's measurements are a row a version") {
  CHECK(measurements_csv(watched_job()) ==
        "round,weights,fragments,accuracy,loss\n"
        "0,0,500,0.100000,2.300000\n"
        "1,1,500,0.700000,1.250000\n");
}

TEST_CASE("TensorBoard's figures are those that do not change after a round has closed") {
  const auto events = worker_events(watched_job());
  REQUIRE(events.size() == 2);
  CHECK(events[0].step == 1);
  CHECK(events[0].when == Approx(1700000012.84));
  const auto names = [](const trainer::ScalarEvent& event) {
    std::string all;
    for (const auto& value : event.values) all += value.tag + " ";
    return all;
  };
  CHECK(names(events[0]) == "seconds taken staleness loss accuracy ");
  CHECK(names(events[1]) == "seconds taken staleness ");  // its workers said nothing
  const auto measured = evaluation_events(watched_job());
  REQUIRE(measured.size() == 2);
  CHECK(measured[0].when == 1700000000.5);  // the first weights
  CHECK(measured[1].when == Approx(1700000012.84));
}

TEST_CASE(
    "a job's files are there when the last change is a second old, and come back where they were lost") {
  const TempDir folder;
  const rounds::JobStatus status = watched_job();
  { const JobFiles files(source_of(status), folder / "jobs"); }
  CHECK(read_file(folder / "jobs/1/rounds.csv") == rounds_csv(status));
  CHECK(read_file(folder / "jobs/1/measurements.csv") == measurements_csv(status));
  const auto events = folder / "jobs/1/workers/events.out.tfevents.fragagg";
  CHECK(read_file(events) == trainer::event_file(worker_events(status)));
  std::filesystem::remove(folder / "jobs/1/rounds.csv");
  std::filesystem::resize_file(events, 70);  // as a process that was killed while it wrote leaves it
  { const JobFiles files(source_of(status), folder / "jobs"); }
  CHECK(read_file(folder / "jobs/1/rounds.csv") == rounds_csv(status));
  CHECK(read_file(events) == trainer::event_file(worker_events(status)));
}

TEST_CASE("a job's metrics count results by verdict and workers by state") {
  http::MetricsText out;
  append_job(out, watched_job());
  for (const char* line :
       {"fragagg_rounds_closed_total{job_id=\"1\"} 2\n",
        "fragagg_results_total{job_id=\"1\",verdict=\"taken\"} 7\n",
        "fragagg_results_total{job_id=\"1\",verdict=\"late\"} 1\n",
        "fragagg_results_total{job_id=\"1\",verdict=\"refused\"} 1\n",
        "fragagg_results_total{job_id=\"1\",verdict=\"foreign\"} 2\n",
        "fragagg_results_total{job_id=\"1\",verdict=\"repeated\"} 5\n",
        "fragagg_workers{job_id=\"1\",state=\"training\"} 1\n",
        "fragagg_workers{job_id=\"1\",state=\"gone\"} 1\n",
        "fragagg_workers{job_id=\"1\",state=\"waiting\"} 0\n",
        "fragagg_received_bytes_total{job_id=\"1\"} 6000\n", "fragagg_sent_bytes_total{job_id=\"1\"} 8100\n",
        "fragagg_last_round_seconds{job_id=\"1\"} 10\n", "fragagg_weights_version{job_id=\"1\"} 2\n",
        "fragagg_accuracy{job_id=\"1\"} 0.7\n", "fragagg_job_state{job_id=\"1\",state=\"open\"} 1\n"}) {
    CHECK_THAT(out.text(), Contains(line));
  }
}

TEST_CASE("a status has the same tag while nothing but the time changed") {
  const rounds::JobStatus before = watched_job();
  rounds::JobStatus later = before;
  later.history.back().seconds += 5;
  later.workers[0].heard += 5;
  CHECK(status_tag(later) == status_tag(before));
  for (const auto& change : std::vector<std::function<void(rounds::JobStatus&)>>{
           [](auto& status) { ++status.history.back().taken; },
           [](auto& status) { status.workers[0].heard += 60; },
           [](auto& status) { status.workers[0].state = "gone"; },
           [](auto& status) { status.history[0].seconds += 1; }}) {
    rounds::JobStatus changed = before;
    change(changed);
    CHECK(status_tag(changed) != status_tag(before));
  }
}

}  // namespace frag::aggregator
