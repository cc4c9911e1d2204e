#include "trainer/prepared_job.h"

#include <algorithm>
#include <cstdio>

#include "trainer/job_check.h"

namespace frag::trainer {
namespace {

// Fragments from which the first weights' mean and deviation are taken.
constexpr std::uint64_t kStatisticsCount = 600;

Network first_network(const JobFile& file, Access& access, const Sampler& sampler) {
  const Catalog& catalog = access.catalog();
  const SampleSpec& wanted = file.job.sample;
  SampleSpec sample{.split = wanted.split,
                    .count = {},
                    .seed = wanted.seed,
                    .holdout = wanted.holdout,
                    .holdout_round = wanted.holdout_round,
                    .fold = wanted.fold};
  if (wanted.balance == Balance::none) sample.balance = Balance::none;
  sample.count = std::min(kStatisticsCount, sampler.draw(sample).size());
  const InputShape shape{.edge = file.input.value_or(model_info(file.job.model).input),
                         .channels = natural_channels(catalog)};
  const FragmentSet fragments = read_fragments(access, sample, shape, "pixel statistics");
  if (!file.module) return {make_card(file.job.model, catalog, fragments), sample.seed};
  return {make_card(*file.module, catalog, fragments), sample.seed, &*file.module};
}

}  // namespace

PreparedJob prepare_job(const JobFile& file, const std::vector<std::string>& places) {
  const auto access = open_access(places.empty() ? file.job.mirrors : places, file.job.dataset);
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  PreparedJob prepared{file.job, {}, std::make_shared<const Sampler>(access->catalog())};
  prepared.job.dataset = access->catalog().id();
  if (file.dirichlet) {
    prepared.job.sample.part_weights =
        dirichlet_weights(access->catalog().classes(), file.job.nodes, *file.dirichlet, file.job.sample.seed);
  }
  check_job(prepared.job, access->catalog());
  prepared.weights = first_network(file, *access, *prepared.sampler).weights();
  return prepared;
}

}  // namespace frag::trainer
