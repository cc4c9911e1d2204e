#include "trainer/simulation/simulated_training.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/result_check.h"
#include "trainer/evaluator.h"
#include "trainer/local_task.h"

namespace frag::trainer {
namespace {

std::filesystem::path make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "fragtrain-simulate-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw_errno("create a folder", path);
  return path;
}

// What cannot be removed now goes with the folder.
void remove_file(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

SimulatedTraining::SimulatedTraining(const PreparedJob& job, std::vector<std::string> places,
                                     const std::optional<ModuleFile>& module)
    : job_(job),
      module_(module ? &*module : nullptr),
      folder_(make_folder()),
      reader_({.mirrors = std::move(places), .data = "", .who = ""}),
      sizes_(job.sampler) {}

SimulatedTraining::~SimulatedTraining() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path SimulatedTraining::weights_path(std::int64_t version) const {
  return folder_ / ("weights" + std::to_string(version));
}

std::filesystem::path SimulatedTraining::memory_path(std::int64_t version) const {
  return folder_ / ("memory" + std::to_string(version));
}

std::filesystem::path SimulatedTraining::result_path(const std::string& task) const {
  return folder_ / ("result" + task);
}

const rounds::WeightsFile& SimulatedTraining::weights(std::int64_t version) {
  return weights_.get(version, [&] { return read_file(weights_path(version)); });
}

WantedSet SimulatedTraining::instead(WantedSet wanted) const {
  if (!reader_.options().mirrors.empty()) wanted.mirrors.clear();
  return wanted;
}

FragmentSet SimulatedTraining::draw(const rounds::Lease& lease) {
  return reader_.read(instead(wanted_of(lease)), card_of_lease(lease, weights(lease.weights)));
}

std::pair<std::string, std::uint64_t> SimulatedTraining::first_weights() {
  write_file_atomic(weights_path(0), job_.weights);
  versions_.insert(0);
  return {xxh3_128_hex(job_.weights), job_.weights.size()};
}

std::int64_t SimulatedTraining::fragments(const rounds::Lease& lease) {
  return sizes_.of(lease.sample);
}

TrainedResult SimulatedTraining::train(std::int64_t worker, const rounds::Lease& lease) {
  const FragmentSet set = draw(lease);
  try {
    const TaskInput input{.lease = lease, .start = weights(lease.weights), .set = set, .module = module_};
    return deliver(lease, do_task(input, memories_[worker]).file);
  } catch (const LossNotFinite& error) {
    return {.fault = error.what(), .result = {}};
  }
}

TrainedResult SimulatedTraining::deliver(const rounds::Lease& lease, const std::string& file) {
  const std::filesystem::path path = result_path(lease.task);
  write_file_atomic(path, file);
  const rounds::Admission admission{lease.task, lease.weights, job_.job.norm_limit,
                                    lease.sample.count.value_or(0)};
  const rounds::ResultCheck check = rounds::check_result(path, weights(lease.weights).layout, admission);
  return {
      .fault = check.fault,
      .result = {
          .digest = xxh3_128_hex(file), .bytes = file.size(), .norm = check.norm, .report = check.report}};
}

bool SimulatedTraining::needs_late_results() const {
  return job_.job.compression.wire == rounds::Wire::dgc ||
         rounds::local_pull(job_.job.rule, job_.job.local).elastic.has_value();
}

void SimulatedTraining::delivered(std::int64_t worker, const rounds::Lease& lease, Fate fate) {
  const bool counts = fate == Fate::counts;
  memories_[worker].keep_only(lease.task, counts ? &KeptTask::taken : &KeptTask::refused);
  if (!counts) remove_file(result_path(lease.task));
}

std::pair<std::string, std::uint64_t> SimulatedTraining::close(const rounds::Closing& closing) {
  rounds::StepFiles files;
  files.base = weights_path(closing.base);
  for (const auto& result : closing.results) files.results.push_back(result_path(result.task));
  files.next = weights_path(closing.version);
  if (closing.round > 1) files.memory = memory_path(closing.base);
  files.next_memory = memory_path(closing.version);
  const auto rule = rounds::make_rule(closing.rule, closing.step);
  const rounds::Aggregated written = rounds::aggregate(files, *rule);
  versions_.insert(closing.version);
  for (const auto& path : files.results) remove_file(path);
  remove_file(files.memory);
  return {written.digest, written.bytes};
}

void SimulatedTraining::keep_only(const std::set<std::int64_t>& versions) {
  std::erase_if(versions_, [&](std::int64_t version) {
    if (versions.contains(version)) return false;
    remove_file(weights_path(version));
    return true;
  });
}

rounds::Measurement SimulatedTraining::measure(const rounds::EvaluationLease& lease) {
  const rounds::WeightsFile& version = weights(lease.weights);
  if (!measured_on_) {
    const ModelCard card = card_of_version(lease.weights, version, lease.model, lease.module_sha256);
    measured_on_ = reader_.read(instead({lease.dataset, lease.mirrors, lease.sample, "evaluation"}), card);
  }
  return measure_version(lease, version, *measured_on_, module_);
}

std::pair<std::string, std::uint64_t> UndoneWork::first_weights() {
  return {"0", weights_bytes_};
}

std::int64_t UndoneWork::fragments(const rounds::Lease& lease) {
  return sizes_.of(lease.sample);
}

TrainedResult UndoneWork::train(std::int64_t, const rounds::Lease& lease) {
  rounds::ResultReport report;
  report.task = lease.task;
  report.fragments = fragments(lease);
  const std::uint64_t bytes = result_bytes(lease, weights_bytes_);
  return {.fault = "", .result = {.digest = lease.task, .bytes = bytes, .norm = 0, .report = report}};
}

std::pair<std::string, std::uint64_t> UndoneWork::close(const rounds::Closing& closing) {
  return {std::to_string(closing.version), weights_bytes_};
}

rounds::Measurement UndoneWork::measure(const rounds::EvaluationLease& lease) {
  throw Error(Errc::internal, "weights " + std::to_string(lease.weights) + " were not trained");
}

}  // namespace frag::trainer
