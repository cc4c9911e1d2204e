#include "trainer/job_file.h"

#include <map>

#include "libfrag/base/file.h"
#include "trainer/network.h"
#include "trainer/toml_text.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kSizeLimit = std::uint64_t{1} << 20;
constexpr char kAnyDataset[] = "0000000000000000000000000000000000000000000000000000000000000000";

// Where each key stands, to be named in messages.
using Lines = std::map<std::string, std::uint32_t>;

[[noreturn]] void fail(const std::string& name, std::uint32_t line, const std::string& problem) {
  throw Error(Errc::bad_input, name + ":" + std::to_string(line) + ": " + problem);
}

Json value_to_json(const toml::node& node, const std::string& name) {
  if (Json scalar = scalar_of(node); !scalar.is_null()) return scalar;
  if (const auto* truth = node.as_boolean()) return truth->get();
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& entry : *array) list.push_back(value_to_json(entry, name));
    return list;
  }
  fail(name, node.source().begin.line, "a value of this kind has no place in a job file");
}

// The keys there are, as an example: JobSpec's own, and `input`.
Json known_keys() {
  rounds::JobSpec example;
  example.sample.count = 1;
  Json keys = rounds::to_json(example);
  keys["input"] = 64;
  // The aggregator sets these, a lease at a time.
  for (const char* key : {"round", "part", "parts"}) keys["sample"].erase(key);
  return keys;
}

Json table_to_json(const toml::table& table, const Json& known, const std::string& name, Lines& lines) {
  Json json = Json::object();
  for (const auto& [key, node] : table) {
    const std::string word(key.str());
    const std::uint32_t line = key.source().begin.line;
    if (!known.contains(word)) fail(name, line, "unknown key \"" + word + "\"");
    if (known[word].is_object() != node.is_table()) {
      fail(name, line, "key \"" + word + "\" must be " + (node.is_table() ? "a value" : "a table"));
    }
    lines[word] = line;
    json[word] = node.is_table() ? table_to_json(*node.as_table(), known[word], name, lines)
                                 : value_to_json(node, name);
  }
  return json;
}

// Puts the line of the key that a message names before it.
rounds::JobSpec spec_from_json(const Json& json, const std::string& name, const Lines& lines) {
  try {
    return rounds::job_spec_from_json(json);
  } catch (const Error& error) {
    const std::string message = error.what();
    for (const auto& [key, line] : lines) {
      if (message.find("\"" + key + "\"") != std::string::npos) fail(name, line, message);
    }
    throw Error(Errc::bad_input, name + ": " + message);
  }
}

std::optional<std::int64_t> take_input(Json& json, const std::string& name, const Lines& lines) {
  if (!json.contains("input")) return std::nullopt;
  const Json input = json["input"];
  json.erase("input");
  if (!input.is_number_integer() || input < 1 || input > 4096) {
    fail(name, lines.at("input"), "key \"input\" must be a whole number of pixels from 1 to 4096");
  }
  return input.get<std::int64_t>();
}

// A model trains with its own settings unless the file says otherwise.
void fill_local(Json& json, const ModelInfo& model) {
  Json& local = json["local"];
  if (local.is_null()) local = Json::object();
  const auto fill = [&local](const char* key, const Json& value) {
    if (!local.contains(key)) local[key] = value;
  };
  fill("batch", model.batch);
  fill("learning_rate", model.learning_rate);
  fill("momentum", model.momentum);
  fill("weight_decay", model.weight_decay);
}

// A module's path becomes what a job says of it; its file stays here.
std::optional<ModuleFile> take_module(Json& json, const std::string& name, const Lines& lines) {
  if (!json["model"].is_string()) return std::nullopt;
  const auto model = json["model"].get<std::string>();
  if (model == kTorchScript) {
    fail(name, lines.at("model"), "key \"model\" names a TorchScript module by the path of its file");
  }
  if (!names_module_file(model)) return std::nullopt;
  ModuleFile module = read_module_file(model);
  json["model"] = kTorchScript;
  json["module_sha256"] = module.sha256;
  return module;
}

}  // namespace

JobFile parse_job_file(std::string_view toml, const std::string& name) {
  Lines lines;
  Json json = table_to_json(parse_toml(toml, name), known_keys(), name, lines);
  JobFile file;
  file.input = take_input(json, name, lines);
  if (!json.contains("name")) json["name"] = name;
  if (!json.contains("model")) json["model"] = "small";
  const bool any_dataset = !json.contains("dataset");
  if (any_dataset) json["dataset"] = kAnyDataset;
  file.module = take_module(json, name, lines);
  if (json["model"].is_string()) fill_local(json, model_info(json["model"].get<std::string>()));
  file.job = spec_from_json(json, name, lines);
  if (any_dataset) file.job.dataset.clear();
  if (file.job.mirrors.empty())
    throw Error(Errc::bad_input, name + ": key \"mirrors\" must name at least one mirror");
  return file;
}

JobFile read_job_file(const std::filesystem::path& path) {
  JobFile file = parse_job_file(read_file(path, kSizeLimit), path.string());
  if (file.job.name == path.string()) file.job.name = path.stem().string();
  return file;
}

}  // namespace frag::trainer
