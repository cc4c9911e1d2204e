#include <cstdio>
#include <memory>
#include <optional>

#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/metrics.h"
#include "trainer/network.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kUsualCount = 3000;
constexpr std::uint64_t kValidationCount = 1000;
constexpr char kValidation[] = "val";

struct FitArguments {
  std::vector<std::string> places;
  std::string run;
  std::string model = "small";
  std::string split = "train";
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

std::optional<ModuleFile> module_named(const std::string& model) {
  if (!names_module_file(model)) return std::nullopt;
  return read_module_file(model);
}

// One fit: draws anew each epoch, trains, measures on "val" where the dataset has it, saves after every
// epoch.
class Fit {
 public:
  explicit Fit(const FitArguments& arguments)
      : options_(arguments),
        module_(module_named(arguments.model)),
        model_(model_info(module_ ? kTorchScript : arguments.model)),
        folder_(arguments.run, arguments.force ? Existing::overwrite : Existing::refuse),
        access_(open_access(arguments.places)),
        settings_(settings_of(arguments, model_)) {}

  void run();

 private:
  FragmentSet draw(const std::string& split, std::uint64_t count, std::uint64_t round,
                   const std::string& what);
  HistoryLine do_epoch(std::int64_t epoch, Training& training, Network& network, const FragmentSet& set,
                       const std::optional<FragmentSet>& validation);
  void print_line(const HistoryLine& line) const;
  Json describe(const Network& network, std::uint64_t count) const;

  const FitArguments& options_;
  std::optional<ModuleFile> module_;
  const ModelInfo& model_;
  RunFolder folder_;
  std::unique_ptr<Access> access_;
  TrainSettings settings_;
  std::vector<HistoryLine> history_;
};

FragmentSet Fit::draw(const std::string& split, std::uint64_t count, std::uint64_t round,
                      const std::string& what) {
  const SampleSpec spec{.split = split, .count = count, .seed = options_.seed, .round = round};
  const InputShape shape{.edge = options_.input.value_or(model_.input),
                         .channels = natural_channels(access_->catalog())};
  return read_fragments(*access_, spec, shape, what);
}

void Fit::run() {
  const Catalog& catalog = access_->catalog();
  const std::uint64_t usual =
      usual_count(catalog, options_.split, kUsualCount);  // also: is there such a split?
  const std::uint64_t count = options_.count.value_or(usual);
  FragmentSet set = draw(options_.split, count, 0, "epoch 1");
  Network network(module_ ? make_card(*module_, catalog, set) : make_card(model_.name, catalog, set),
                  options_.seed, module_ ? &*module_ : nullptr);
  std::optional<FragmentSet> validation;
  if (has_split(catalog, kValidation)) {
    validation = draw(kValidation, usual_count(catalog, kValidation, kValidationCount), 0, kValidation);
  }
  std::printf("%s: %s parameters, %s fragments an epoch, %lld classes, dataset %s\n", model_.name.c_str(),
              format_count(static_cast<std::uint64_t>(network.parameters())).c_str(),
              format_count(set.size()).c_str(), static_cast<long long>(catalog.classes().size()),
              catalog.id().substr(0, 12).c_str());
  if (module_) folder_.save_module(*module_);
  Training training(network, settings_);
  for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
    if (epoch > 0) {
      set = draw(options_.split, count, static_cast<std::uint64_t>(epoch),
                 "epoch " + std::to_string(epoch + 1));
    }
    history_.push_back(do_epoch(epoch, training, network, set, validation));
    print_line(history_.back());
    folder_.save(network.weights(), describe(network, count), history_);
  }
  for (const std::string& note : access_->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  std::printf("weights: %s\n", folder_.weights_path().c_str());
}

HistoryLine Fit::do_epoch(std::int64_t epoch, Training& training, Network& network, const FragmentSet& set,
                          const std::optional<FragmentSet>& validation) {
  Progress progress("epoch " + std::to_string(epoch + 1) + "/" + std::to_string(options_.epochs), set.size(),
                    "fragments");
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
              static_cast<long long>(line.epoch), static_cast<long long>(options_.epochs), line.loss,
              line.train_accuracy, val.c_str(), line.images_per_second, format_seconds(line.seconds).c_str());
}

Json Fit::describe(const Network& network, std::uint64_t count) const {
  const HistoryLine& last = history_.back();
  Json results{{"epochs", last.epoch}, {"loss", last.loss}, {"train_accuracy", last.train_accuracy}};
  if (last.val_accuracy >= 0) results["val_accuracy"] = last.val_accuracy;
  return {{"program", "fragtrain " FRAG_VERSION},
          {"places", options_.places},
          {"card", to_json(network.card())},
          {"settings",
           {{"split", options_.split},
            {"epochs", options_.epochs},
            {"count", count},
            {"seed", options_.seed},
            {"batch", settings_.batch},
            {"learning_rate", settings_.learning_rate},
            {"momentum", settings_.momentum},
            {"weight_decay", settings_.weight_decay},
            {"schedule", options_.schedule},
            {"augment", options_.augment}}},
          {"parameters", network.parameters()},
          {"results", std::move(results)}};
}

void run(const FitArguments& arguments) {
  use_threads(arguments.threads);
  Fit(arguments).run();
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
  command->add_option("--split", arguments->split, "Split to train on");
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
