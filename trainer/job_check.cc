#include "trainer/job_check.h"

#include <algorithm>
#include <random>

#include "libfrag/sampling/sampler.h"
#include "trainer/local_training.h"

namespace frag::trainer {
namespace {

constexpr double kWeightSum = 10'000;
static_assert(kWeightSum <= kMaxWeightSum);

void check_draw(const Sampler& sampler, const SampleSpec& sample, const std::string& whose) {
  try {
    if (sampler.draw(sample).size() > 0) return;
  } catch (const Error& error) {
    throw Error(error.code(), whose + ": " + error.what());
  }
  throw Error(Errc::bad_input, whose + ": " + describe_pool(sample) + " has no fragments");
}

void check_samples(const rounds::JobSpec& job, const Catalog& catalog) {
  const Sampler sampler(catalog);
  // Nodes that draw alike are alike, but for the last part, which may be the smallest.
  const bool all_alike = job.sample.part_weights.empty();
  const auto nodes = static_cast<std::uint64_t>(job.nodes);
  for (std::uint64_t part = 0; part < nodes; ++part) {
    if (all_alike && part != 0 && part + 1 != nodes) continue;
    check_draw(sampler, sample_of_part(job.sample, 1, part, nodes),
               "the sample of node " + std::to_string(part));
  }
  if (job.evaluation) check_draw(sampler, job.evaluation->sample, "the sample of the evaluation");
}

}  // namespace

std::vector<ClassWeights> dirichlet_weights(const std::vector<std::string>& classes, std::int64_t nodes,
                                            double concentration, std::uint64_t seed) {
  // The table travels with the job, so it need not be the same on every machine.
  std::mt19937_64 generator(seed);
  std::gamma_distribution<double> gamma(concentration);
  std::vector<ClassWeights> table;
  while (table.size() < static_cast<std::size_t>(nodes)) {
    std::vector<double> shares(classes.size());
    double sum = 0;
    for (double& share : shares) sum += share = gamma(generator);
    if (!(sum > 0)) continue;  // a small concentration may round all of them to nothing
    ClassWeights weights;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      weights[classes[i]] = static_cast<std::uint64_t>(kWeightSum * shares[i] / sum);
    }
    table.push_back(std::move(weights));
  }
  return table;
}

void check_job(const rounds::JobSpec& job, const Catalog& catalog) {
  rounds::Lease lease;
  lease.local = job.local;
  lease.rule = job.rule;
  lease.compression = job.compression;
  check_lease(lease, rounds::local_pull(job.rule, job.local));
  check_samples(job, catalog);
}

}  // namespace frag::trainer
