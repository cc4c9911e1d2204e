#include <cstdio>
#include <memory>

#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/network.h"
#include "trainer/text_table.h"

namespace frag::trainer {
namespace {

struct ModelsArguments {
  bool json = false;
  std::int64_t channels = 1;
  std::int64_t classes = 3;
  std::int64_t input = 0;  // 0: each model's own
};

Json describe(const ModelInfo& info, const ModelSize& size, const ModelsArguments& arguments,
              std::int64_t input) {
  return {{"name", info.name},
          {"summary", info.summary},
          {"input", input},
          {"smallest_input", info.smallest_input},
          {"parameters", size.parameters},
          {"multiply_adds", size.operations},
          {"channels", arguments.channels},
          {"classes", arguments.classes},
          {"batch", info.batch},
          {"learning_rate", info.learning_rate},
          {"momentum", info.momentum},
          {"weight_decay", info.weight_decay}};
}

void run(const ModelsArguments& arguments) {
  TextTable table({"model", "input px", "parameters", "million multiply-adds", "learning rate", "batch"});
  std::string summaries;
  Json list = Json::array();
  for (const ModelInfo& info : list_models()) {
    // A model that takes no images as small as asked for is listed at its own size.
    const std::int64_t input = arguments.input >= info.smallest_input ? arguments.input : info.input;
    const ModelSize size = model_size(info.name, arguments.channels, arguments.classes, input);
    table.add({info.name, std::to_string(input), format_count(static_cast<std::uint64_t>(size.parameters)),
               format_fixed(static_cast<double>(size.operations) / 1e6, 1), Json(info.learning_rate).dump(),
               std::to_string(info.batch)});
    summaries += info.name + ": " + info.summary + "\n";
    list.push_back(describe(info, size, arguments, input));
  }
  if (arguments.json) {
    std::printf("%s\n", list.dump(2).c_str());
  } else {
    std::printf(
        "%s\n%sParameters are for %lld channel(s) and %lld classes; multiply-adds are of one input.\n",
        table.text().c_str(), summaries.c_str(), static_cast<long long>(arguments.channels),
        static_cast<long long>(arguments.classes));
  }
}

}  // namespace

void add_models(CLI::App& program) {
  auto* command = add_learning_command(program, "models", "fragtrain models --channels 3 --classes 4");
  const auto arguments = std::make_shared<ModelsArguments>();
  command->add_flag("--json", arguments->json, "As JSON");
  command->add_option("--channels", arguments->channels, "Channels to count parameters for: 1 or 3")
      ->check(CLI::IsMember({1, 3}));
  command->add_option("--classes", arguments->classes, "Classes to count parameters for")
      ->check(CLI::Range(2, 100000));
  command->add_option("--input", arguments->input, "Edge of the input, pixels; without it each model's own")
      ->check(CLI::Range(1, 4096));
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
