#include <cstdio>
#include <memory>
#include <optional>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/network.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

struct ExportArguments {
  std::string weights;
  std::string form;
  std::string output;
};

void run(const ExportArguments& arguments) {
  use_compute(1);
  const std::optional<ModuleFile> module = load_module(arguments.weights);
  const Network network(load_weights(arguments.weights), arguments.weights, module ? &*module : nullptr);
  const std::string file = arguments.form == kTorchScript ? network.torchscript() : network.weights();
  write_file_atomic(arguments.output, file);
  const ModelCard& card = network.card();
  std::printf("%s: %s, %s, input %lldx%lld px, %s, %s\n", arguments.output.c_str(), card.model.c_str(),
              card.channels == 1 ? "grey" : "colour", static_cast<long long>(card.input),
              static_cast<long long>(card.input), join(card.classes, ", ").c_str(),
              format_bytes(file.size()).c_str());
}

}  // namespace

void add_export(CLI::App& program) {
  auto* command = add_learning_command(program, "export", "fragtrain export run --to torchscript -o gels.pt");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("weights", arguments->weights, "Run folder or weights file (.safetensors)")->required();
  command
      ->add_option("--to", arguments->form,
                   "torchscript: a module with normalisation and class names inside, for torch.jit.load; "
                   "safetensors: the weights with the model card")
      ->check(CLI::IsMember({kTorchScript, "safetensors"}))
      ->required();
  command->add_option("-o,--output", arguments->output, "File to write")->required();
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
