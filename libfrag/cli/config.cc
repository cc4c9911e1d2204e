#include "libfrag/cli/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

constexpr std::uint64_t kMostConfigBytes = 1 << 20;

std::string place(const std::string& file, const toml::source_region& region) {
  return file + ":" + std::to_string(region.begin.line) + ": ";
}

// The texts that a flag would be given for this value; nothing where it cannot be one's.
std::vector<std::string> texts_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return {text->get()};
  if (const auto* number = node.as_integer()) return {std::to_string(number->get())};
  std::vector<std::string> texts;
  if (const auto* list = node.as_array()) {
    for (const toml::node& one : *list) {
      if (const auto* text = one.as_string()) texts.push_back(text->get());
    }
    if (texts.size() != list->size()) texts.clear();
  }
  return texts;
}

struct Keys {
  std::vector<std::string> flags, arguments;
  std::vector<std::string> all;
};

Keys keys_of(const CLI::App& program) {
  Keys keys;
  for (const CLI::Option* option : program.get_options()) {
    const auto& names = option->get_lnames();
    const std::string key = names.empty() ? option->get_name() : names[0];
    if (key == "help" || key == "version" || key == "config") continue;
    (names.empty() ? keys.arguments : keys.flags).push_back(key);
  }
  keys.all = keys.arguments;
  keys.all.insert(keys.all.end(), keys.flags.begin(), keys.flags.end());
  return keys;
}

bool is_among(const std::string& key, const std::vector<std::string>& keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// Gives one key's value to its option, alone, so that what is wrong is this line.
void take(const std::string& key, const toml::node& node, const std::string& file, CLI::App& one,
          bool is_flag) {
  const std::vector<std::string> texts = texts_of(node);
  const bool empty_list = node.is_array() && node.as_array()->empty();
  if (texts.empty() && !empty_list) {
    throw Error(Errc::bad_input, place(file, node.source()) + "\"" + key +
                                     "\" is neither a text, a whole number nor a list of texts");
  }
  // CLI11 takes arguments from the back.
  std::vector<std::string> arguments;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text)
    arguments.push_back(is_flag ? "--" + key + "=" + *text : *text);
  try {
    one.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw Error(Errc::bad_input, place(file, node.source()) + error.what());
  }
}

}  // namespace

void read_config(const std::string& file, const std::string& program,
                 const std::function<void(CLI::App&)>& add) {
  const std::string text = read_file(file, kMostConfigBytes);
  CLI::App all("", program);
  add(all);
  const Keys keys = keys_of(all);
  try {
    const toml::table table = toml::parse(text, std::string_view(file));
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (!is_among(name, keys.all)) {
        throw Error(Errc::bad_input, place(file, node.source()) + "\"" + name + "\" is no setting of " +
                                         program + "; they are " + join(keys.all, ", "));
      }
      CLI::App one("", program);
      add(one);
      take(name, node, file, one, is_among(name, keys.flags));
    }
  } catch (const toml::parse_error& error) {
    throw Error(Errc::bad_input, place(file, error.source()) + std::string(error.description()));
  }
}

}  // namespace frag
