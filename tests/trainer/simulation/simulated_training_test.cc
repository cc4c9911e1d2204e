#include "trainer/simulation/simulated_training.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

constexpr std::int64_t kWorkers = 3;

// Eight rounds of two quick workers; the third comes too late for each of its own.
constexpr const char* kJob = R"(
mirrors = ["http://127.0.0.1:1"]
input = 16
nodes = 3
rounds = 8
quorum = 2
[sample]
count = 6
[compression]
wire = "dgc"
)";

FleetSettings fleet() {
  FleetSettings fleet;
  fleet.workers = kWorkers;
  fleet.speeds = "1*2, 0.4";
  fleet.rate = 1;
  return fleet;
}

// The most files of that kind that lie in `folder` when a round has closed.
std::int64_t most_files(const test::TempDir& place, const test::TempDir& folder, const std::string& kind) {
  ::setenv("TMPDIR", folder.path().c_str(), 1);
  const std::vector<std::string> places = {test::small_dataset(place).string()};
  const PreparedJob job = prepare_job(parse_job_file(kJob, "test"), places);
  SimulatedTraining work(job, places, std::nullopt);
  std::int64_t most = 0;
  run_virtual_rounds(job.job, fleet(), work, [&](const rounds::JobStatus&, double) {
    std::int64_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      files += entry.path().filename().string().starts_with(kind);
    }
    most = std::max(most, files);
  });
  ::unsetenv("TMPDIR");
  return most;
}

}  // namespace

TEST_CASE("of simulated weights only the newest stay, and those that a worker still starts from") {
  const test::TempDir place, folder;
  CHECK(most_files(place, folder, "weights") <= 1 + kWorkers);
}

TEST_CASE("simulated results leave no file once they came too late or were averaged") {
  const test::TempDir place, folder;
  CHECK(most_files(place, folder, "result") == 0);
}

TEST_CASE("fragments of a sample without a count are counted without reading them") {
  const test::TempDir place;
  const std::vector<std::string> places = {test::small_dataset(place).string()};
  JobFile file = parse_job_file(kJob, "test");
  file.job.sample.count.reset();
  const PreparedJob job = prepare_job(file, places);
  SimulatedTraining work(job, places, std::nullopt);
  std::filesystem::remove_all(places.front());
  rounds::Lease lease;
  lease.sample = job.job.sample;
  CHECK(work.fragments(lease) == static_cast<std::int64_t>(job.sampler->draw(lease.sample).size()));
}
