// The work of a simulated job, really done: networks are trained by the worker's own code, results are
// averaged by the aggregator's, both over files in a folder that is gone with the object.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "trainer/prepared_job.h"
#include "trainer/sample_reader.h"
#include "trainer/simulation/sample_sizes.h"
#include "trainer/simulation/virtual_rounds.h"
#include "trainer/task_memory.h"
#include "trainer/version_in_memory.h"

namespace frag::trainer {

class SimulatedTraining : public SimulatedWork {
 public:
  // `places` as prepare_job's. Errc::io where there is no place for temporary files (TMPDIR).
  SimulatedTraining(const PreparedJob& job, std::vector<std::string> places,
                    const std::optional<ModuleFile>& module);
  ~SimulatedTraining() override;
  SimulatedTraining(const SimulatedTraining&) = delete;
  SimulatedTraining& operator=(const SimulatedTraining&) = delete;

  std::pair<std::string, std::uint64_t> first_weights() override;
  std::int64_t fragments(const rounds::Lease& lease) override;
  TrainedResult train(std::int64_t worker, const rounds::Lease& lease) override;
  bool needs_late_results() const override;
  void delivered(std::int64_t worker, const rounds::Lease& lease, Fate fate) override;
  std::pair<std::string, std::uint64_t> close(const rounds::Closing& closing) override;
  void keep_only(const std::set<std::int64_t>& versions) override;
  rounds::Measurement measure(const rounds::EvaluationLease& lease) override;

 private:
  std::filesystem::path weights_path(std::int64_t version) const;
  std::filesystem::path memory_path(std::int64_t version) const;
  std::filesystem::path result_path(const std::string& task) const;
  const rounds::WeightsFile& weights(std::int64_t version);
  FragmentSet draw(const rounds::Lease& lease);
  // Writes the result to its place and looks at it.
  TrainedResult deliver(const rounds::Lease& lease, const std::string& file);
  // Without the job's mirrors where there are other places.
  WantedSet instead(WantedSet wanted) const;

  const PreparedJob& job_;
  const ModuleFile* const module_;
  std::filesystem::path folder_;
  SampleReader reader_;
  std::map<std::int64_t, TaskMemory> memories_;  // by worker
  std::set<std::int64_t> versions_;              // whose weights are in the folder
  VersionInMemory weights_;
  std::optional<FragmentSet> measured_on_;
  SampleSizes sizes_;
};

// The times alone: nothing is trained, so there is nothing to measure.
class UndoneWork : public SimulatedWork {
 public:
  // `weights_bytes` of every version; `sampler` of the job's dataset, for samples that give no count.
  explicit UndoneWork(std::uint64_t weights_bytes, std::shared_ptr<const Sampler> sampler = nullptr)
      : weights_bytes_(weights_bytes), sizes_(std::move(sampler)) {}

  std::pair<std::string, std::uint64_t> first_weights() override;
  std::int64_t fragments(const rounds::Lease& lease) override;
  TrainedResult train(std::int64_t worker, const rounds::Lease& lease) override;
  bool needs_late_results() const override { return false; }
  void delivered(std::int64_t, const rounds::Lease&, Fate) override {}
  std::pair<std::string, std::uint64_t> close(const rounds::Closing& closing) override;
  void keep_only(const std::set<std::int64_t>&) override {}
  rounds::Measurement measure(const rounds::EvaluationLease& lease) override;

 private:
  const std::uint64_t weights_bytes_;
  SampleSizes sizes_;
};

}  // namespace frag::trainer
