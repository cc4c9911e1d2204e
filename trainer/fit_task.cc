#include "trainer/fit_task.h"

#include "libfrag/base/text.h"
#include "trainer/config_file.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kValidationCount = 1000;
constexpr std::uint64_t kStatisticsCount = 1000;

std::optional<ModuleFile> module_named(const std::string& model) {
  if (!names_module_file(model)) return std::nullopt;
  return read_module_file(model);
}

std::uint64_t count_of_epoch(const FitConfig& config, const Catalog& catalog, const SampleSpec& pool) {
  const std::uint64_t usual = usual_count(catalog, pool, kUsualFragments);  // also: is there such a pool?
  return config.count.value_or(usual);
}

}  // namespace

FitTask::FitTask(const FitConfig& config, Access& access, const FitPlan& plan)
    : config_(config),
      access_(access),
      plan_(plan),
      module_(module_named(config.model)),
      model_(model_info(module_ ? kTorchScript : config.model)),
      shape_{.edge = config.input.value_or(model_.input), .channels = natural_channels(access.catalog())},
      settings_(train_settings(config, model_, access.catalog().classes())),
      watch_(watch_of(config)),
      count_(count_of_epoch(config, access.catalog(), plan.training)) {
  if (config.patience > 0 && !plan.validation) {
    throw Error(Errc::usage, "--patience needs a validation: the dataset has the splits " +
                                 join(access.catalog().splits(), ", ") + ", and no val");
  }
  if (settings_.augment.rotate && access.catalog().recipe().fit == frag::Fit::whole) {
    throw Error(Errc::usage,
                "--augment rotate needs what lies around a fragment, and here a fragment is a "
                "whole picture; turns are exact without it");
  }
}

Json FitTask::identity() const {
  Json json{{"model", model_.name},
            {"dataset", access_.catalog().id()},
            {"classes", access_.catalog().classes()},
            {"input", shape_.edge},
            {"split", plan_.training.fold ? describe_pool(plan_.training) : config_.split},
            {"count", count_}};
  if (module_) json["module_sha256"] = module_->sha256;
  json.update(to_json(settings_));
  json["patience"] = config_.patience;
  json["watch"] = config_.watch;
  return json;
}

std::string FitTask::toml() const {
  const auto count = config_.folds ? config_.count : std::optional(count_);
  return fit_toml(config_, settings_, shape_.edge, count, compute_threads());
}

FragmentSet FitTask::draw(SampleSpec pool, std::uint64_t most, const std::string& what) const {
  pool.count = usual_count(access_.catalog(), pool, most);
  pool.seed = config_.seed;
  return read_fragments(access_, pool, shape_, what);
}

LoaderPlan FitTask::loader_plan() const {
  LoaderPlan plan{.sample = plan_.training,
                  .epochs = settings_.epochs,
                  .batch = settings_.batch,
                  .shape = shape_,
                  .augment = settings_.augment,
                  .seed = settings_.seed,
                  .threads = spare_threads()};
  plan.sample.count = count_;
  plan.sample.seed = config_.seed;
  return plan;
}

std::optional<FragmentSet> FitTask::draw_validation() const {
  if (!plan_.validation) return std::nullopt;
  return draw(*plan_.validation, kValidationCount, "validation");
}

Network FitTask::new_network() const {
  const Catalog& catalog = access_.catalog();
  const FragmentSet sample = draw(plan_.training, kStatisticsCount, "mean and deviation");
  return {module_ ? make_card(*module_, catalog, sample) : make_card(model_.name, catalog, sample),
          config_.seed, module_pointer()};
}

}  // namespace frag::trainer
