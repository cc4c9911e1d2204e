// A fit before it begins: every setting settled for its dataset, and the fragments that it will draw.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "libfrag/fetching/access.h"
#include "trainer/fit_config.h"
#include "trainer/fragment_loader.h"
#include "trainer/fragment_set.h"

namespace frag::trainer {

// What a fit draws from, and where it leaves its run.
struct FitPlan {
  SampleSpec training{};
  std::optional<SampleSpec> validation{};
  std::filesystem::path run{};
};

// One thread at a time; what its constructor is given must outlive it.
class FitTask {
 public:
  // Errc::usage for settings that do not go together, or that the dataset has no fragments for.
  FitTask(const FitConfig& config, Access& access, const FitPlan& plan);

  const FitConfig& config() const { return config_; }
  const FitPlan& plan() const { return plan_; }
  const TrainSettings& settings() const { return settings_; }
  Watch watch() const { return watch_; }
  const std::optional<ModuleFile>& module() const { return module_; }
  const ModuleFile* module_pointer() const { return module_ ? &*module_ : nullptr; }
  std::uint64_t count() const { return count_; }  // fragments an epoch

  // All that the weights are a function of, beside the number of threads: a run is gone on with under equal
  // ones.
  Json identity() const;

  // fit.toml.
  std::string toml() const;

  // What its epochs read.
  LoaderPlan loader_plan() const;
  // Errors as read_fragments.
  std::optional<FragmentSet> draw_validation() const;

  // Freshly drawn, the mean and deviation in its card those of up to 1,000 fragments of the training pool.
  Network new_network() const;

  Access& access() const { return access_; }

 private:
  FragmentSet draw(SampleSpec pool, std::uint64_t most, const std::string& what) const;

  const FitConfig& config_;
  Access& access_;
  const FitPlan& plan_;
  const std::optional<ModuleFile> module_;
  const ModelInfo& model_;
  const InputShape shape_;
  const TrainSettings settings_;
  const Watch watch_;
  const std::uint64_t count_;
};

}  // namespace frag::trainer
