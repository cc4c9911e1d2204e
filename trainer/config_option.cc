#include <algorithm>
#include <map>

#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/config_file.h"

namespace frag::trainer {
namespace {

// Options that say what to do with the settings rather than being one.
constexpr const char* kNoSettings[] = {"help", "version", "config", "force", "resume"};

// "--weight-decay" -> "weight_decay"; "dataset" stays.
std::string key_of(const CLI::Option& option) {
  std::string key = option.get_name();
  key.erase(0, key.find_first_not_of('-'));
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

bool is_setting(const std::string& key) {
  return std::find(std::begin(kNoSettings), std::end(kNoSettings), key) == std::end(kNoSettings);
}

[[noreturn]] void refuse_key(const ConfigEntry& entry, const std::vector<std::string>& keys) {
  const auto meant = nearest(entry.key, keys);
  throw Error(Errc::bad_input,
              entry.where + ": unknown key \"" + entry.key + "\"" +
                  (meant ? "; did you mean " + *meant + "?" : "; the keys are " + join(keys, ", ")));
}

}  // namespace

void apply_config(CLI::App& command, const std::vector<ConfigEntry>& entries) {
  std::map<std::string, CLI::Option*> options;
  std::vector<std::string> keys;
  for (CLI::Option* option : command.get_options([](CLI::Option*) { return true; })) {
    const std::string key = key_of(*option);
    if (!is_setting(key)) continue;
    options[key] = option;
    keys.push_back(key);
  }
  for (const ConfigEntry& entry : entries) {
    const auto found = options.find(entry.key);
    if (found == options.end()) refuse_key(entry, keys);
    if (found->second->count() == 0) found->second->add_result(entry.values);
  }
}

void add_config(CLI::App* command) {
  command
      ->add_option_function<std::string>(
          "--config", [command](const std::string& path) { apply_config(*command, read_config(path)); },
          "TOML file of settings, as RUN/fit.toml is one; options given beside it win")
      ->type_name("FILE");
}

}  // namespace frag::trainer
