#include "trainer/cross_validation.h"

#include <cstdio>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "trainer/measures/spread.h"

namespace frag::trainer {
namespace {

constexpr char kValidation[] = "val";

FitPlan plan_of_split(const FitConfig& config, const Catalog& catalog) {
  FitPlan plan{.training = {.split = config.split, .count = {}}, .run = config.run};
  if (has_split(catalog, kValidation)) plan.validation = SampleSpec{.split = kValidation, .count = {}};
  return plan;
}

FitPlan plan_of_fold(const FitConfig& config, std::uint64_t fold) {
  return {.training = {.count = {}, .side = SampleSide::train, .fold = fold},
          .validation = SampleSpec{.count = {}, .side = SampleSide::test, .fold = fold},
          .run = std::filesystem::path(config.run) / ("fold" + std::to_string(fold))};
}

void check_folds(const Catalog& catalog, std::int64_t folds) {
  if (catalog.splits().size() == static_cast<std::size_t>(folds) && has_split(catalog, "fold0")) return;
  throw Error(Errc::usage, "--folds " + std::to_string(folds) + ": the dataset is divided into " +
                               join(catalog.splits(), ", ") + "; `frag split DATASET --split \"" +
                               std::to_string(folds) + " folds\"` divides it anew");
}

void keep_spread(const FitConfig& config, const std::vector<History>& histories) {
  std::vector<double> accuracies;
  for (const History& history : histories) accuracies.push_back(history.back().val_accuracy);
  const Spread spread = spread_of(accuracies);
  const Json json{{"accuracies", accuracies}, {"mean", spread.mean}, {"deviation", spread.deviation}};
  write_file_atomic(std::filesystem::path(config.run) / "folds.json", json.dump(2) + "\n");
  if (config.quiet) return;
  std::printf("accuracy on the fold left out: mean %.3f, deviation %.3f over %zu folds\n", spread.mean,
              spread.deviation, accuracies.size());
}

}  // namespace

std::vector<FitPlan> plans_of(const FitConfig& config, const Catalog& catalog) {
  if (!config.folds) return {plan_of_split(config, catalog)};
  check_folds(catalog, *config.folds);
  std::vector<FitPlan> plans;
  for (std::int64_t fold = 0; fold < *config.folds; ++fold) {
    plans.push_back(plan_of_fold(config, static_cast<std::uint64_t>(fold)));
  }
  return plans;
}

std::vector<History> fit_all(const FitConfig& config, Access& access) {
  const std::vector<FitPlan> plans = plans_of(config, access.catalog());
  // Refused before the first fold is trained, not at the one that is in the way.
  if (config.folds && config.existing != Existing::resume) RunFolder(config.run, config.existing);
  std::vector<History> histories;
  for (const FitPlan& plan : plans) {
    if (config.folds && !config.quiet) std::printf("%s\n", describe_pool(plan.training).c_str());
    histories.push_back(fit(FitTask(config, access, plan)));
  }
  if (config.folds) keep_spread(config, histories);
  return histories;
}

}  // namespace frag::trainer
