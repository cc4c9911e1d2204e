#include <cstdio>
#include <memory>
#include <optional>

#include "trainer/commands.h"
#include "trainer/evaluation.h"
#include "trainer/prediction_file.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

struct EvalArguments {
  std::string weights;
  std::vector<std::string> places;
  EvaluationRequest request;
  std::string predictions;  // file to write; empty: none
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

void run(const EvalArguments& arguments) {
  use_compute(arguments.threads, arguments.device);
  const std::optional<ModuleFile> module = load_module(arguments.weights);
  Network network(load_weights(arguments.weights), arguments.weights, module ? &*module : nullptr);
  const auto access = open_access(arguments.places);
  std::optional<PredictionFile> predictions;
  if (!arguments.predictions.empty()) predictions.emplace(arguments.predictions);
  const Evaluation evaluation = evaluate(network, *access, arguments.request);
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  if (!network.card().dataset.empty() && network.card().dataset != evaluation.dataset) {
    std::fprintf(stderr,
                 "fragtrain: the weights were trained on another dataset (%s): what they saw may be in this "
                 "split\n",
                 network.card().dataset.substr(0, 12).c_str());
  }
  if (predictions) predictions->write(evaluation, access->catalog());
  const std::string text = arguments.json ? to_json(evaluation, network.card()).dump(2) + "\n"
                                          : format_evaluation(evaluation, network.card());
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void add_request(CLI::App* command, EvaluationRequest& request) {
  command->add_option("--split", request.split, "Split to measure on");
  command
      ->add_option("--count", request.count,
                   "Fragments to draw, balanced over classes; without it up to 3000")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", request.seed, "Seed of the draw and of the intervals' redraws");
}

void add_eval(CLI::App& program) {
  auto* command = add_learning_command(program, "eval", "fragtrain eval run gels.dataset --split test");
  const auto arguments = std::make_shared<EvalArguments>();
  command->add_option("weights", arguments->weights, "Run folder or weights file (.safetensors)")->required();
  command
      ->add_option("dataset", arguments->places,
                   "Dataset folder, WebDataset tars (a folder, a pattern in braces, files), or mirrors "
                   "(http://HOST:PORT) in order of preference")
      ->required();
  add_request(command, arguments->request);
  command->add_option("--predictions", arguments->predictions,
                      "CSV file to write: every fragment with its class and probabilities");
  add_compute(command, arguments->threads, arguments->device);
  command->add_flag("--json", arguments->json, "As JSON");
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
