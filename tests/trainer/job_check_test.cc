#include "trainer/job_check.h"

#include <catch2/catch.hpp>

#include "libfrag/fetching/access.h"
#include "tests/support/support.h"
#include "trainer/local_training.h"

using namespace frag;
using namespace frag::trainer;

namespace {

rounds::JobSpec small_job() {
  rounds::JobSpec job;
  job.nodes = 3;
  job.sample.count = 9;
  return job;
}

std::string fault_of_job(const rounds::JobSpec& job, const Catalog& catalog) {
  return test::error_of([&] { check_job(job, catalog); }).what();
}

}  // namespace

TEST_CASE("a job whose nodes cannot draw their samples is refused before it is submitted") {
  const test::TempDir folder;
  const auto access = open_access({test::small_dataset(folder).string()});
  const Catalog& catalog = access->catalog();
  rounds::JobSpec job = small_job();
  CHECK_NOTHROW(check_job(job, catalog));
  job.sample.count = 100'000'000;
  CHECK(fault_of_job(job, catalog).rfind("the sample of node 0: ", 0) == 0);
  job = small_job();
  ClassWeights weights;
  for (const std::string& name : catalog.classes()) weights[name] = 1;
  job.sample.part_weights.assign(3, weights);
  CHECK_NOTHROW(check_job(job, catalog));
  job.sample.part_weights.at(1)["no such class"] = 1;
  CHECK(fault_of_job(job, catalog).rfind("the sample of node 1: ", 0) == 0);
  job = small_job();
  job.evaluation = rounds::Evaluation{.every = 1, .sample = {.split = "nowhere", .count = {}}};
  CHECK(fault_of_job(job, catalog).rfind("the sample of the evaluation: ", 0) == 0);
}

TEST_CASE("settings that do not go together are refused before a job is submitted") {
  const test::TempDir folder;
  const auto access = open_access({test::small_dataset(folder).string()});
  rounds::JobSpec job = small_job();
  job.local.augment = "rotate";
  CHECK(fault_of_job(job, access->catalog()).find("rotate") != std::string::npos);
  rounds::Lease lease;
  lease.compression.wire = rounds::Wire::dgc;
  CHECK_NOTHROW(check_lease(lease, {}));
  CHECK(test::error_of([&] { check_lease(lease, {.proximal = 0, .elastic = 0.5}); }).code() ==
        Errc::bad_input);
}

TEST_CASE("dirichlet: a row for each node, of whole weights, the same for the same seed") {
  const std::vector<std::string> classes{"a", "b", "c"};
  const auto table = dirichlet_weights(classes, 5, 0.5, 7);
  REQUIRE(table.size() == 5);
  CHECK(dirichlet_weights(classes, 5, 0.5, 7) == table);
  CHECK(dirichlet_weights(classes, 5, 0.5, 8) != table);
  for (const ClassWeights& row : table) {
    std::uint64_t sum = 0;
    for (const auto& [name, weight] : row) sum += weight;
    CHECK(row.size() == 3);
    CHECK(sum > 9'990);
    CHECK(sum <= kMaxWeightSum);
  }
}

TEST_CASE("dirichlet: a small concentration gives nodes nearly one class, a large one all alike") {
  const std::vector<std::string> classes{"a", "b", "c", "d"};
  const auto mean_largest = [&](double concentration) {
    double sum = 0;
    for (const ClassWeights& row : dirichlet_weights(classes, 200, concentration, 1)) {
      std::uint64_t largest = 0;
      for (const auto& [name, weight] : row) largest = std::max(largest, weight);
      sum += static_cast<double>(largest) / 10'000;
    }
    return sum / 200;
  };
  CHECK(mean_largest(0.001) > 0.98);
  CHECK(mean_largest(1000) < 0.28);
}
