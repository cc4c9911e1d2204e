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
};

void run(const ModelsArguments& arguments) {
  TextTable table({"model", "input px", "parameters", "learning rate", "batch"});
  std::string summaries;
  Json list = Json::array();
  for (const ModelInfo& info : list_models()) {
    const std::int64_t parameters = parameter_count(info.name, arguments.channels, arguments.classes);
    table.add({info.name, std::to_string(info.input), format_count(static_cast<std::uint64_t>(parameters)),
               Json(info.learning_rate).dump(), std::to_string(info.batch)});
    summaries += info.name + ": " + info.summary + "\n";
    list.push_back({{"name", info.name},
                    {"summary", info.summary},
                    {"input", info.input},
                    {"smallest_input", info.smallest_input},
                    {"parameters", parameters},
                    {"channels", arguments.channels},
                    {"classes", arguments.classes},
                    {"batch", info.batch},
                    {"learning_rate", info.learning_rate},
                    {"momentum", info.momentum},
                    {"weight_decay", info.weight_decay}});
  }
  if (arguments.json) {
    std::printf("%s\n", list.dump(2).c_str());
  } else {
    std::printf("%s\n%sParameters are for %lld channel(s) and %lld classes.\n", table.text().c_str(),
                summaries.c_str(), static_cast<long long>(arguments.channels),
                static_cast<long long>(arguments.classes));
  }
}

}  // namespace

void add_models(CLI::App& program) {
  auto* command = add_command(program, "models", "List the models there are",
                              "fragtrain models --channels 3 --classes 4");
  const auto arguments = std::make_shared<ModelsArguments>();
  command->add_flag("--json", arguments->json, "As JSON");
  command->add_option("--channels", arguments->channels, "Channels to count parameters for: 1 or 3")
      ->check(CLI::IsMember({1, 3}));
  command->add_option("--classes", arguments->classes, "Classes to count parameters for")
      ->check(CLI::Range(2, 100000));
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
