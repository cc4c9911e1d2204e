#include <cstdio>
#include <memory>
#include <optional>

#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/measures/spread.h"
#include "trainer/metrics.h"
#include "trainer/network.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kValidationCount = 1000;
constexpr char kValidation[] = "val";

struct FitArguments {
  std::vector<std::string> places;
  std::string run;
  std::string model = "small";
  std::string split = "train";
  std::optional<std::int64_t> folds;  // instead of `split`
  std::int64_t epochs = 10;
  std::optional<std::uint64_t> count;  // fragments an epoch
  std::uint64_t seed = 1;
  std::optional<std::int64_t> input;
  std::optional<std::int64_t> batch;
  std::optional<double> learning_rate;
  std::optional<double> momentum;
  std::optional<double> weight_decay;
  std::string schedule = "cosine";
  std::string augment = "turns";
  int threads = 0;
  bool force = false;
};

TrainSettings settings_of(const FitArguments& arguments, const ModelInfo& model) {
  return {.batch = arguments.batch.value_or(model.batch),
          .learning_rate = arguments.learning_rate.value_or(model.learning_rate),
          .momentum = arguments.momentum.value_or(model.momentum),
          .weight_decay = arguments.weight_decay.value_or(model.weight_decay),
          .schedule = arguments.schedule == "cosine" ? Schedule::cosine : Schedule::constant,
          .epochs = arguments.epochs,
          .seed = arguments.seed,
          .augment = arguments.augment == "turns" ? Augment::turns : Augment::none};
}

Existing existing_of(const FitArguments& arguments) {
  return arguments.force ? Existing::overwrite : Existing::refuse;
}

std::optional<ModuleFile> module_named(const std::string& model) {
  if (!names_module_file(model)) return std::nullopt;
  return read_module_file(model);
}

// What a fit draws from, and where it leaves its run.
struct FitPlan {
  SampleSpec training{};
  std::optional<SampleSpec> validation{};
  std::filesystem::path run{};
};

// One fit: draws anew each epoch, trains, measures on the validation's fragments, saves after every epoch.
class Fit {
 public:
  // All three must outlive this.
  Fit(const FitArguments& arguments, Access& access, const FitPlan& plan)
      : arguments_(arguments),
        access_(access),
        plan_(plan),
        module_(module_named(arguments.model)),
        model_(model_info(module_ ? kTorchScript : arguments.model)),
        folder_(plan.run, existing_of(arguments)),
        settings_(settings_of(arguments, model_)) {}

  // Returns the last epoch's line.
  HistoryLine run();

 private:
  FragmentSet draw(SampleSpec pool, std::uint64_t count, std::uint64_t round, const std::string& what);
  std::optional<FragmentSet> draw_validation();
  HistoryLine do_epoch(std::int64_t epoch, Training& training, Network& network, const FragmentSet& set,
                       const std::optional<FragmentSet>& validation);
  void print_line(const HistoryLine& line) const;
  Json describe(const Network& network, std::uint64_t count) const;

  const FitArguments& arguments_;
  Access& access_;
  const FitPlan& plan_;
  std::optional<ModuleFile> module_;
  const ModelInfo& model_;
  RunFolder folder_;
  TrainSettings settings_;
  std::vector<HistoryLine> history_;
};

FragmentSet Fit::draw(SampleSpec pool, std::uint64_t count, std::uint64_t round, const std::string& what) {
  pool.count = count;
  pool.seed = arguments_.seed;
  pool.round = round;
  const InputShape shape{.edge = arguments_.input.value_or(model_.input),
                         .channels = natural_channels(access_.catalog())};
  return read_fragments(access_, pool, shape, what);
}

std::optional<FragmentSet> Fit::draw_validation() {
  if (!plan_.validation) return std::nullopt;
  const std::uint64_t count = usual_count(access_.catalog(), *plan_.validation, kValidationCount);
  return draw(*plan_.validation, count, 0, kValidation);
}

HistoryLine Fit::run() {
  const Catalog& catalog = access_.catalog();
  const std::uint64_t usual =
      usual_count(catalog, plan_.training, kUsualFragments);  // also: is there such a pool?
  const std::uint64_t count = arguments_.count.value_or(usual);
  FragmentSet set = draw(plan_.training, count, 0, "epoch 1");
  Network network(module_ ? make_card(*module_, catalog, set) : make_card(model_.name, catalog, set),
                  arguments_.seed, module_ ? &*module_ : nullptr);
  const std::optional<FragmentSet> validation = draw_validation();
  std::printf("%s: %s parameters, %s fragments an epoch, %lld classes, dataset %s\n", model_.name.c_str(),
              format_count(static_cast<std::uint64_t>(network.parameters())).c_str(),
              format_count(set.size()).c_str(), static_cast<long long>(catalog.classes().size()),
              catalog.id().substr(0, 12).c_str());
  if (module_) folder_.save_module(*module_);
  Training training(network, settings_);
  for (std::int64_t epoch = 0; epoch < arguments_.epochs; ++epoch) {
    if (epoch > 0) {
      set = draw(plan_.training, count, static_cast<std::uint64_t>(epoch),
                 "epoch " + std::to_string(epoch + 1));
    }
    history_.push_back(do_epoch(epoch, training, network, set, validation));
    print_line(history_.back());
    folder_.save(network.weights(), describe(network, count), history_);
  }
  std::printf("weights: %s\n", folder_.weights_path().c_str());
  return history_.back();
}

HistoryLine Fit::do_epoch(std::int64_t epoch, Training& training, Network& network, const FragmentSet& set,
                          const std::optional<FragmentSet>& validation) {
  Progress progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(arguments_.epochs),
                    set.size(), "fragments");
  const EpochResult result = training.epoch(set, epoch, [&progress](std::int64_t fragments) {
    throw_if_stopped();
    progress.add(static_cast<std::uint64_t>(fragments));
  });
  HistoryLine line{.epoch = epoch + 1,
                   .loss = result.loss,
                   .train_accuracy = result.accuracy,
                   .images_per_second = result.images_per_second,
                   .seconds = result.seconds};
  if (validation) line.val_accuracy = accuracy_of(validation->labels(), network.predict(*validation));
  return line;
}

void Fit::print_line(const HistoryLine& line) const {
  const std::string val = line.val_accuracy < 0 ? "" : "  val " + format_fixed(line.val_accuracy, 3);
  std::printf("epoch %lld/%lld  loss %.4f  accuracy %.3f%s  %.0f images/s  %s\n",
              static_cast<long long>(line.epoch), static_cast<long long>(arguments_.epochs), line.loss,
              line.train_accuracy, val.c_str(), line.images_per_second, format_seconds(line.seconds).c_str());
}

Json Fit::describe(const Network& network, std::uint64_t count) const {
  const HistoryLine& last = history_.back();
  Json results{{"epochs", last.epoch}, {"loss", last.loss}, {"train_accuracy", last.train_accuracy}};
  if (last.val_accuracy >= 0) results["val_accuracy"] = last.val_accuracy;
  return {{"program", "fragtrain " FRAG_VERSION},
          {"places", arguments_.places},
          {"card", to_json(network.card())},
          {"settings",
           {{"split", plan_.training.fold ? describe_pool(plan_.training) : arguments_.split},
            {"epochs", arguments_.epochs},
            {"count", count},
            {"seed", arguments_.seed},
            {"batch", settings_.batch},
            {"learning_rate", settings_.learning_rate},
            {"momentum", settings_.momentum},
            {"weight_decay", settings_.weight_decay},
            {"schedule", arguments_.schedule},
            {"augment", arguments_.augment}}},
          {"parameters", network.parameters()},
          {"results", std::move(results)}};
}

FitPlan plan_of_split(const FitArguments& arguments, const Catalog& catalog) {
  FitPlan plan{.training = {.split = arguments.split, .count = {}}, .run = arguments.run};
  if (has_split(catalog, kValidation)) plan.validation = SampleSpec{.split = kValidation, .count = {}};
  return plan;
}

FitPlan plan_of_fold(const FitArguments& arguments, std::uint64_t fold) {
  return {.training = {.count = {}, .side = SampleSide::train, .fold = fold},
          .validation = SampleSpec{.count = {}, .side = SampleSide::test, .fold = fold},
          .run = std::filesystem::path(arguments.run) / ("fold" + std::to_string(fold))};
}

void check_folds(const Catalog& catalog, std::int64_t folds) {
  if (catalog.splits().size() == static_cast<std::size_t>(folds) && has_split(catalog, "fold0")) return;
  throw Error(Errc::usage, "--folds " + std::to_string(folds) + ": the dataset is divided into " +
                               join(catalog.splits(), ", ") + "; `frag split DATASET --split \"" +
                               std::to_string(folds) + " folds\"` divides it anew");
}

// A fit for each fold, on all others; measured on the one left out.
void cross_validate(const FitArguments& arguments, Access& access) {
  check_folds(access.catalog(), *arguments.folds);
  // Refused before the first fold is trained, not at the one that is in the way.
  const RunFolder all(arguments.run, existing_of(arguments));
  std::vector<double> accuracies;
  for (std::int64_t fold = 0; fold < *arguments.folds; ++fold) {
    const FitPlan plan = plan_of_fold(arguments, static_cast<std::uint64_t>(fold));
    std::printf("%s\n", describe_pool(plan.training).c_str());
    accuracies.push_back(Fit(arguments, access, plan).run().val_accuracy);
  }
  const Spread spread = spread_of(accuracies);
  const Json json{{"accuracies", accuracies}, {"mean", spread.mean}, {"deviation", spread.deviation}};
  write_file_atomic(std::filesystem::path(arguments.run) / "folds.json", json.dump(2) + "\n");
  std::printf("accuracy on the fold left out: mean %.3f, deviation %.3f over %zu folds\n", spread.mean,
              spread.deviation, accuracies.size());
}

void run(const FitArguments& arguments) {
  use_threads(arguments.threads);
  const auto access = open_access(arguments.places);
  if (arguments.folds) {
    cross_validate(arguments, *access);
  } else {
    const FitPlan plan = plan_of_split(arguments, access->catalog());
    Fit(arguments, *access, plan).run();
  }
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
}

void add_settings(CLI::App* command, FitArguments& arguments) {
  const std::string own = "; without it the model's own";
  command->add_option("--batch", arguments.batch, "Fragments a step" + own)->check(CLI::Range(1, 1 << 20));
  command->add_option("--lr", arguments.learning_rate, "Learning rate" + own)->check(CLI::Range(0.0, 1e6));
  command->add_option("--momentum", arguments.momentum, "Momentum" + own)->check(CLI::Range(0.0, 1.0));
  command->add_option("--weight-decay", arguments.weight_decay, "Weight decay" + own)
      ->check(CLI::Range(0.0, 1e6));
  command->add_option("--input", arguments.input, "Edge of the network's input, pixels" + own)
      ->check(CLI::Range(1, 4096));
  command->add_option("--schedule", arguments.schedule, "Learning rate over the epochs: cosine or constant")
      ->check(CLI::IsMember({"cosine", "constant"}));
  command->add_option("--augment", arguments.augment, "Show fragments turned and mirrored: turns or none")
      ->check(CLI::IsMember({"turns", "none"}));
  add_threads(command, arguments.threads);
}

}  // namespace

void add_fit(CLI::App& program) {
  auto* command = add_command(program, "fit", "Train a model on this machine",
                              "fragtrain fit gels.dataset --model small --epochs 10 -o run");
  const auto arguments = std::make_shared<FitArguments>();
  command
      ->add_option("dataset", arguments->places,
                   "Dataset folder, or mirrors (http://HOST:PORT) in order of preference")
      ->required();
  command->add_option("-o,--output", arguments->run, "Run folder to write")->required();
  command->add_flag("--force", arguments->force, "Replace the run in a folder that is not empty");
  command->add_option("--model", arguments->model,
                      "A model that `fragtrain models` lists, or a TorchScript file (.pt)");
  auto* split = command->add_option("--split", arguments->split, "Split to train on");
  command
      ->add_option("--folds", arguments->folds,
                   "Cross-validation: of a dataset of so many folds, a run for each in RUN/fold0, ...")
      ->check(CLI::Range(2, 100))
      ->excludes(split);
  command->add_option("--epochs", arguments->epochs, "Passes, each over a new draw")
      ->check(CLI::Range(1, 1000000));
  command
      ->add_option("--count", arguments->count,
                   "Fragments an epoch, balanced over classes; without it up to 3000")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", arguments->seed, "Seed of weights, draws, order and turns");
  add_settings(command, *arguments);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
