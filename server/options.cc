#include "server/options.h"

#include <toml++/toml.h>

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

std::vector<std::string> keys_of(const CLI::App& program) {
  std::vector<std::string> keys{"datasets"};
  for (const CLI::Option* option : program.get_options()) {
    const auto& names = option->get_lnames();
    if (!names.empty() && names[0] != "help" && names[0] != "version" && names[0] != "config")
      keys.push_back(names[0]);
  }
  return keys;
}

// Gives one key's value to its flag, alone, so that what is wrong is this line.
void take(FragdOptions& options, const std::string& key, const toml::node& node, const std::string& file) {
  const std::vector<std::string> texts = texts_of(node);
  const bool empty_list = node.is_array() && node.as_array()->empty();
  if (texts.empty() && !empty_list)
    throw Error(Errc::bad_input, place(file, node.source()) + "\"" + key +
                                     "\" is neither a text, a whole number nor a list of texts");
  if (key == "datasets") {
    options.datasets = texts;
    return;
  }
  CLI::App one("", "fragd");
  add_options(one, options);
  // CLI11 takes arguments from the back.
  std::vector<std::string> arguments;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text)
    arguments.push_back("--" + key + "=" + *text);
  try {
    one.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw Error(Errc::bad_input, place(file, node.source()) + error.what());
  }
}

}  // namespace

void add_options(CLI::App& program, FragdOptions& options) {
  program.add_option("datasets", options.datasets, "Dataset folders")->type_name("DATASET");
  program.add_option("--config", options.config, "TOML file with these names as keys; flags win over it")
      ->type_name("FILE");
  program.add_option("--host", options.host, "Address to listen on; 0.0.0.0 for all");
  program.add_option("--port", options.port, "Port to listen on, 0 for a free one")
      ->check(CLI::Range(0, 65535));
  program.add_option("--cache", options.cache_mib, "Decoded sources kept in memory, in MiB")
      ->check(CLI::Range(1, 1 << 24));
  program.add_option("--renders", options.renders, "Renders at a time, 0 for as many as cores")
      ->check(CLI::Range(0, 4096));
  program.add_option("--queue", options.queue, "Requests that wait for a render before others get 503")
      ->check(CLI::Range(0, 100000));
  program.add_option("--connections", options.connections, "Connections at a time")
      ->check(CLI::Range(1, 4096));
  program
      .add_option("--connections-per-address", options.connections_per_address,
                  "Connections at a time of one address, 0 for no cap")
      ->check(CLI::Range(0, 4096));
  program.add_option("--drain", options.drain_seconds, "Seconds that streams may still take after SIGTERM")
      ->check(CLI::Range(0, 86400));
  program.add_option("--tokens", options.tokens, "File with a bearer token a line; SIGHUP reads it again")
      ->type_name("FILE");
  program.add_option("--access-log", options.access_log, "File for the access log, - for standard output")
      ->type_name("FILE");
  program.add_option("--trust-proxy", options.trust_proxy, "Address of a proxy whose X-Forwarded-For counts")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
}

FragdOptions read_config(const std::string& file) {
  FragdOptions options;
  const std::string text = read_file(file, kMostConfigBytes);
  CLI::App all("", "fragd");
  FragdOptions ignored;
  add_options(all, ignored);
  const std::vector<std::string> keys = keys_of(all);
  try {
    const toml::table table = toml::parse(text, std::string_view(file));
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(keys.begin(), keys.end(), name) == keys.end())
        throw Error(Errc::bad_input, place(file, node.source()) + "\"" + name +
                                         "\" is no setting of fragd; they are " + join(keys, ", "));
      take(options, name, node, file);
    }
  } catch (const toml::parse_error& error) {
    throw Error(Errc::bad_input, place(file, error.source()) + std::string(error.description()));
  }
  return options;
}

FragdOptions merged_options(const FragdOptions& given, int argc, char** argv) {
  FragdOptions options = given;
  if (!given.config.empty()) {
    options = read_config(given.config);
    CLI::App over("", "fragd");
    add_options(over, options);
    over.parse(argc, argv);
  }
  if (options.datasets.empty())
    throw Error(Errc::usage, "no dataset to serve: fragd DATASET..., or datasets = [...] in --config FILE");
  return options;
}

}  // namespace frag
