#include <cstdio>
#include <memory>

#include "trainer/commands.h"
#include "trainer/evaluation.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

struct Options {
  std::string weights;
  std::vector<std::string> places;
  EvaluationRequest request;
  int threads = 0;
  bool json = false;
};

void run(const Options& options) {
  use_threads(options.threads);
  Network network(load_weights(options.weights), options.weights);
  const auto access = open_access(options.places);
  const Evaluation evaluation = evaluate(network, *access, options.request);
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  if (!network.card().dataset.empty() && network.card().dataset != evaluation.dataset) {
    std::fprintf(stderr,
                 "fragtrain: the weights were trained on another dataset (%s): what they saw may be in this "
                 "split\n",
                 network.card().dataset.substr(0, 12).c_str());
  }
  const std::string text = options.json ? to_json(evaluation, network.card()).dump(2) + "\n"
                                        : format_evaluation(evaluation, network.card());
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void add_eval(CLI::App& program) {
  auto* command =
      add_command(program, "eval", "Measure a run or a weights file on a split, beside a baseline",
                  "fragtrain eval run gels.dataset --split test");
  const auto options = std::make_shared<Options>();
  command->add_option("weights", options->weights, "Run folder or weights file (.safetensors)")->required();
  command
      ->add_option("dataset", options->places,
                   "Dataset folder, or mirrors (http://HOST:PORT) in order of preference")
      ->required();
  command->add_option("--split", options->request.split, "Split to measure on");
  command
      ->add_option("--count", options->request.count,
                   "Fragments to draw, balanced over classes; without it up to 3000")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", options->request.seed, "Seed of the draw");
  add_threads(command, options->threads);
  command->add_flag("--json", options->json, "As JSON");
  set_action(command, [options] { run(*options); });
}

}  // namespace frag::trainer
