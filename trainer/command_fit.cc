#include <cstdio>
#include <memory>

#include "trainer/commands.h"
#include "trainer/cross_validation.h"

namespace frag::trainer {
namespace {

void run(const FitConfig& config) {
  use_compute(config.threads, config.device);
  const auto access = open_access(config.places);
  fit_all(config, *access);
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
}

template <class Names>
std::vector<std::string> words(const Names& names) {
  return {std::begin(names), std::end(names)};
}

void add_optimiser(CLI::App* command, FitConfig& config) {
  const std::string own = "; without it the model's own";
  command->add_option("--optimizer", config.optimiser, "What makes a step of gradients")
      ->check(CLI::IsMember(words(kOptimiserNames)));
  command
      ->add_option("--lr", config.learning_rate,
                   "Learning rate" + own + ", or what suits the optimizer beside it")
      ->check(CLI::Range(0.0, 1e6));
  command->add_option("--momentum", config.momentum, "Momentum of sgd and nesterov" + own)
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--weight-decay", config.weight_decay,
                   "Weight decay, for adamw apart from the gradient" + own + "; for adamw 0.01")
      ->check(CLI::Range(0.0, 1e6));
  command->add_option("--clip", config.clip, "Scale gradients of a larger norm down to this; 0: never")
      ->check(CLI::Range(0.0, 1e12));
}

void add_schedule(CLI::App* command, FitConfig& config) {
  command->add_option("--schedule", config.schedule, "Learning rate over the epochs")
      ->check(CLI::IsMember(words(kScheduleNames)));
  command->add_option("--warmup", config.warmup,
                      "The rate rises from a tenth over this: 5% of all steps, or 2 epochs; without it 5% "
                      "for cosine, 0 for others");
  command
      ->add_option("--step-every", config.step_every,
                   "Epochs between the steps of --schedule step; without it a third of all")
      ->check(CLI::Range(1e-3, 1e6));
  command->add_option("--step-factor", config.step_factor, "What the rate is multiplied by at each")
      ->check(CLI::Range(1e-6, 1e6));
  command
      ->add_option("--patience", config.patience,
                   "Stop after so many epochs without a better validation; 0: never")
      ->check(CLI::Range(0, 1000000));
  command
      ->add_option("--watch", config.watch, "What is better: the validation's higher accuracy, or lower loss")
      ->check(CLI::IsMember(words(kWatchNames)));
}

void add_loss(CLI::App* command, FitConfig& config) {
  command
      ->add_option("--label-smoothing", config.label_smoothing,
                   "Share of every target that is spread evenly over all classes")
      ->check(CLI::Range(0.0, 0.999));
  command->add_option("--class-weights", config.class_weights,
                      "What a class counts in the loss: none, balanced (by 1 / its share of the draw), or a "
                      "number for each: 1,2,0.5");
}

void add_fragments(CLI::App* command, FitConfig& config) {
  const std::string own = "; without it the model's own";
  auto* split = command->add_option("--split", config.split, "Split to train on");
  command
      ->add_option("--folds", config.folds,
                   "Cross-validation: of a dataset of so many folds, a run for each in RUN/fold0, ...")
      ->check(CLI::Range(2, 100))
      ->excludes(split);
  command->add_option("--epochs", config.epochs, "Passes, each over a new draw")
      ->check(CLI::Range(1, 1000000));
  command
      ->add_option("--count", config.count,
                   "Fragments an epoch, balanced over classes; without it up to 3000")
      ->check(CLI::PositiveNumber);
  command->add_option("--batch", config.batch, "Fragments a step" + own)->check(CLI::Range(1, 1 << 20));
  command->add_option("--input", config.input, "Edge of the network's input, pixels" + own)
      ->check(CLI::Range(1, 4096));
  command->add_option(
      "--augment", config.augment,
      "How fragments are changed each time: none, or some of mirror, turns (the eight of a "
      "square), rotate (any angle), light, blur, noise with commas between them; light:0.3 sets "
      "a strength");
  command->add_option("--seed", config.seed, "Seed of weights, draws, order, turns and dropout");
}

void add_keeping(CLI::App* command, FitConfig& config, const std::shared_ptr<bool>& resume,
                 const std::shared_ptr<bool>& force) {
  command->add_option("-o,--output", config.run, "Run folder to write")->required();
  auto* replaces = command->add_flag("--force", *force, "Replace the run in a folder that is not empty");
  command
      ->add_flag("--resume", *resume,
                 "Go on with the run in the folder, to the same weights as if it had not been interrupted")
      ->excludes(replaces);
}

}  // namespace

void add_fit_settings(CLI::App* command, FitConfig& config) {
  command
      ->add_option("dataset", config.places,
                   "Dataset folder, WebDataset tars (a folder, a pattern in braces, files), or mirrors "
                   "(http://HOST:PORT) in order of preference")
      ->required();
  command->add_option("--model", config.model,
                      "A model that `fragtrain models` lists, or a TorchScript file (.pt)");
  add_fragments(command, config);
  add_optimiser(command, config);
  add_schedule(command, config);
  add_loss(command, config);
  command
      ->add_option("--checkpoint-every", config.checkpoint_every,
                   "Steps between checkpoints within an epoch; 0: after every epoch only")
      ->check(CLI::Range(0, 1000000000));
  command->add_option("--precision", config.precision, "full: 32 bits; mixed: bfloat16 where it costs little")
      ->check(CLI::IsMember(words(kPrecisionNames)));
  add_compute(command, config.threads, config.device);
}

void add_fit(CLI::App& program) {
  auto* command =
      add_learning_command(program, "fit", "fragtrain fit gels.dataset --model small --epochs 10 -o run");
  const auto config = std::make_shared<FitConfig>();
  const auto resume = std::make_shared<bool>(false);
  const auto force = std::make_shared<bool>(false);
  add_config(command);
  add_fit_settings(command, *config);
  add_keeping(command, *config, resume, force);
  set_action(command, [config, resume, force] {
    config->existing = *resume ? Existing::resume : *force ? Existing::overwrite : Existing::refuse;
    config->command = command_to_resume();
    run(*config);
  });
}

}  // namespace frag::trainer
