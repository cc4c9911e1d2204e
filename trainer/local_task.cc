#include "trainer/local_task.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/result_writer.h"
#include "libfrag/rounds/rules/catalog.h"

namespace frag::trainer {
namespace {

using rounds::TensorInfo;
using rounds::WeightsFile;
using rounds::Wire;

// The names of kept numbers.
constexpr char kMomentum[] = "momentum";
constexpr char kRest[] = "rest";
constexpr char kWeights[] = "weights";

// What is kept under `name`, or `first` where there is nothing of that length: a job's first task.
std::vector<float> kept_or(KeptNumbers& kept, const char* name, std::vector<float> first) {
  const auto found = kept.find(name);
  if (found == kept.end() || found->second.size() != first.size()) return first;
  return std::move(found->second);
}

void expect_finite(const std::vector<float>& numbers) {
  if (std::all_of(numbers.begin(), numbers.end(), [](float v) { return std::isfinite(v); })) return;
  throw LossNotFinite("the training ended in weights that are no numbers; try a lower learning rate");
}

rounds::ResultReport report_of(const rounds::Lease& lease, const LocalTraining& local) {
  return {.task = lease.task,
          .fragments = local.fragments,
          .steps = local.steps,
          .loss = local.last.loss,
          .accuracy = local.last.accuracy,
          .seconds = local.seconds};
}

rounds::Width width_of(const rounds::Lease& lease) {
  return lease.compression.wire == Wire::fp16 ? rounds::Width::half : rounds::Width::full;
}

// A result whose largest entries travel, and the rest of which is kept.
std::string compress(const rounds::Lease& lease, const WeightsFile& start, const WeightsFile& change,
                     const rounds::ResultReport& report, TaskMemory& memory) {
  const std::vector<TensorInfo> tensors = rounds::sparse_parameters_of(start.layout);
  const std::vector<float> numbers = rounds::floats_of(change, tensors);
  expect_finite(numbers);
  std::vector<std::uint64_t> sizes;
  for (const TensorInfo& tensor : tensors) sizes.push_back(tensor.elements());

  const auto as_kept = [](const rounds::DgcMemory& state) {
    return KeptNumbers{{kMomentum, state.momentum}, {kRest, state.rest}};
  };
  KeptNumbers kept = memory.settle(lease);
  rounds::DgcMemory state{.momentum = kept_or(kept, kMomentum, std::vector<float>(numbers.size())),
                          .rest = kept_or(kept, kRest, std::vector<float>(numbers.size()))};
  KeptTask task{.before = as_kept(state), .taken = {}, .refused = {}};
  rounds::accumulate(state, numbers, lease.compression.momentum);
  // Of an asynchronous rule, rounds are steps of the server: a part's own count says how long it has trained.
  const auto draws = static_cast<std::int64_t>(lease.sample.round);
  const rounds::SparseChange sparse = rounds::largest_entries(
      state.rest, sizes, rounds::dgc_share(lease.compression, draws), sha256_word("dgc|" + lease.task));
  task.refused = as_kept(state);
  rounds::mask(state, sparse.indices);
  task.taken = as_kept(state);
  memory.keep(lease, std::move(task));
  return rounds::write_sparse_result(change, start.layout, sparse, report);
}

TaskResult finish(std::string file, const rounds::ResultReport& report, const LocalTraining& local) {
  return {.file = std::move(file), .report = report, .images_per_second = local.last.images_per_second};
}

// E = a (W - c), element by element.
std::vector<float> elastic_difference(const std::vector<float>& own, const std::vector<float>& centre,
                                      double share) {
  std::vector<float> difference(own.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    difference[i] = static_cast<float>(share * (static_cast<double>(own[i]) - centre[i]));
  }
  return difference;
}

void add(std::vector<float>& numbers, const std::vector<float>& others, float sign) {
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] += sign * others[i];
}

TaskResult do_elastic_task(const TaskInput& input, TaskMemory& memory,
                           const Training::AfterBatch& after_batch) {
  const rounds::Lease& lease = input.lease;
  const WeightsFile& centre = input.start;
  const std::vector<TensorInfo> tensors = rounds::parameters_of(centre.layout);
  const std::vector<float> pulled = rounds::floats_of(centre, tensors);
  KeptNumbers kept = memory.settle(lease);
  std::vector<float> own = kept_or(kept, kWeights, pulled);
  KeptTask task{.before = {{kWeights, own}}, .taken = {}, .refused = {}};
  const std::vector<float> difference = elastic_difference(own, pulled, *input.pull.elastic);
  add(own, difference, -1);
  const LocalTraining local = train_locally(input, rounds::with_floats(centre, tensors, own), after_batch);

  const WeightsFile trained = rounds::parse_weights(local.network.weights());
  own = rounds::floats_of(trained, tensors);
  expect_finite(own);
  task.taken = {{kWeights, own}};
  add(own, difference, 1);  // the centre did not move, so this worker's weights should not have either
  task.refused = {{kWeights, own}};
  memory.keep(lease, std::move(task));
  std::vector<float> change(difference.size());
  add(change, difference, -1);
  const rounds::ResultReport report = report_of(lease, local);
  return finish(rounds::write_result(rounds::with_floats(trained, tensors, change), report, width_of(lease)),
                report, local);
}

}  // namespace

ModelCard card_of_lease(const rounds::Lease& lease, const WeightsFile& start) {
  return card_of_version(lease.weights, start, lease.model, lease.module_sha256);
}

WantedSet wanted_of(const rounds::Lease& lease) {
  return {.dataset = lease.dataset,
          .mirrors = lease.mirrors,
          .sample = lease.sample,
          .title = "round " + std::to_string(lease.round)};
}

std::string format_task(const TaskResult& result) {
  return format_count(static_cast<std::uint64_t>(result.report.fragments)) + " fragments, loss " +
         format_fixed(result.report.loss, 3) + ", accuracy " + format_fixed(result.report.accuracy, 3) +
         ", " + format_fixed(result.images_per_second, 0) + " images/s";
}

bool needs_memory(const rounds::Lease& lease) {
  return lease.compression.wire == Wire::dgc ||
         rounds::local_pull(lease.rule, lease.local).elastic.has_value();
}

TaskResult do_task(const TaskInput& input, TaskMemory& memory, const Training::AfterBatch& after_batch) {
  const rounds::Lease& lease = input.lease;
  const bool sparse = lease.compression.wire == Wire::dgc;
  check_lease(lease, input.pull);
  if (needs_memory(lease)) memory.make_folder();  // no training whose result could not be sent
  memory.forget_others(lease.job);
  if (input.pull.elastic) return do_elastic_task(input, memory, after_batch);
  const LocalTraining local = train_locally(input, input.start, after_batch);
  const rounds::ResultReport report = report_of(lease, local);
  const WeightsFile change = rounds::parse_weights(local.network.change_from(input.start));
  return finish(sparse ? compress(lease, input.start, change, report, memory)
                       : rounds::write_result(change, report, width_of(lease)),
                report, local);
}

}  // namespace frag::trainer
