#include "trainer/job_file.h"

#include <algorithm>
#include <map>

#include "libfrag/base/file.h"
#include "libfrag/rounds/rules/catalog.h"
#include "trainer/fit_config.h"
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

Json value_or_table(const toml::node& node, const std::string& name);

Json value_to_json(const toml::node& node, const std::string& name) {
  if (Json scalar = scalar_of(node); !scalar.is_null()) return scalar;
  if (const auto* truth = node.as_boolean()) return truth->get();
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& entry : *array) list.push_back(value_or_table(entry, name));
    return list;
  }
  fail(name, node.source().begin.line, "a value of this kind has no place in a job file");
}

Json value_or_table(const toml::node& node, const std::string& name) {
  const auto* table = node.as_table();
  if (table == nullptr) return value_to_json(node, name);
  Json json = Json::object();
  for (const auto& [key, value] : *table) json[std::string(key.str())] = value_to_json(value, name);
  return json;
}

// What a draw may say. The aggregator sets round, part and parts, a lease at a time.
Json known_sample_keys() {
  Json keys = to_json(SampleSpec{.count = 1});
  for (const char* key : {"round", "part", "parts"}) keys.erase(key);
  for (const char* key : {"policy", "keep", "holdout", "side", "fold"}) keys[key] = 1;
  keys["balance"] = nullptr;
  return keys;
}

Json known_rule_keys(const toml::table& file) {
  Json keys{{"name", ""}};
  const auto name = file["rule"]["name"].value<std::string>();
  if (!name) return keys;
  for (const rounds::RuleSetting& setting : rounds::rule_info(*name).settings)
    keys[setting.key] = setting.usual;
  return keys;
}

// The keys there are, as an example: JobSpec's own, and those that are for `submit` alone. A table is an
// object; where a value may be a table too, there is null.
Json known_keys(const toml::table& file) {
  rounds::JobSpec example;
  example.compression.wire = rounds::Wire::dgc;
  example.stop.target = 1;
  Json keys = rounds::to_json(example);
  keys["input"] = 64;
  keys["rule"] = known_rule_keys(file);
  keys["sample"] = known_sample_keys();
  keys["sample"]["dirichlet"] = 1;
  keys["sample"]["weights"] = nullptr;
  keys["evaluation"] = {{"every", 1}, {"sample", known_sample_keys()}};
  return keys;
}

// An unknown rule is named with its line.
Json known_keys_of(const toml::table& file, const std::string& name) {
  try {
    return known_keys(file);
  } catch (const Error& error) {
    fail(name, file["rule"]["name"].node()->source().begin.line, error.what());
  }
}

Json table_to_json(const toml::table& table, const Json& known, const std::string& name, Lines& lines) {
  Json json = Json::object();
  for (const auto& [key, node] : table) {
    const std::string word(key.str());
    const std::uint32_t line = key.source().begin.line;
    if (!known.contains(word)) fail(name, line, "unknown key \"" + word + "\"");
    const Json& example = known[word];
    if (!example.is_null() && example.is_object() != node.is_table()) {
      fail(name, line, "key \"" + word + "\" must be " + (node.is_table() ? "a value" : "a table"));
    }
    lines[word] = line;
    json[word] = example.is_object() ? table_to_json(*node.as_table(), example, name, lines)
                                     : value_or_table(node, name);
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

// What is for `submit` alone, between two bounds.
std::optional<double> take_dirichlet(Json& json, const std::string& name, const Lines& lines) {
  if (!json.contains("sample") || !json["sample"].contains("dirichlet")) return std::nullopt;
  Json& sample = json["sample"];
  const Json value = sample["dirichlet"];
  sample.erase("dirichlet");
  const std::uint32_t line = lines.at("dirichlet");
  if (!value.is_number() || !(value.get<double>() >= 1e-3 && value.get<double>() <= 1e6)) {
    fail(name, line, "key \"dirichlet\" must be from 0.001 to 1e6");
  }
  if (sample.contains("weights") || sample.contains("balance")) {
    fail(name, line, "key \"dirichlet\" draws the classes' weights; leave out \"weights\" and \"balance\"");
  }
  return value.get<double>();
}

// A model trains with its own settings, and its optimizer with those that go with it, unless the file says
// otherwise.
void fill_local(Json& json, const ModelInfo& model) {
  Json& local = json["local"];
  if (local.is_null()) local = Json::object();
  const std::string optimizer = local.value("optimizer", Json("sgd")).is_string()
                                    ? local.value("optimizer", std::string("sgd"))
                                    : std::string();
  const bool known =
      std::find(kOptimiserNames.begin(), kOptimiserNames.end(), optimizer) != kOptimiserNames.end();
  if (!known) return;  // and the job says so
  const TrainSettings usual = train_settings({.optimiser = optimizer}, model, {});
  const auto fill = [&local](const char* key, const Json& value) {
    if (!local.contains(key)) local[key] = value;
  };
  fill("batch", usual.batch);
  fill("learning_rate", usual.learning_rate);
  fill("momentum", usual.momentum);
  fill("weight_decay", usual.weight_decay);
}

// Without a sample of its own an evaluation measures on the groups, or the fold, that the job holds out.
void fill_evaluation(Json& json, const std::string& name, const Lines& lines) {
  if (!json.contains("evaluation") || json["evaluation"].contains("sample")) return;
  Json sample = Json::object();
  for (const char* key : {"split", "fold", "holdout", "seed"}) {
    if (json.contains("sample") && json["sample"].contains(key)) sample[key] = json["sample"][key];
  }
  if (!sample.contains("holdout") && !sample.contains("fold")) {
    fail(name, lines.at("evaluation"),
         "key \"evaluation\" says not on what: give it a table [evaluation.sample], or [sample] a "
         "\"holdout\"");
  }
  sample["side"] = "test";
  json["evaluation"]["sample"] = sample;
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
  const toml::table table = parse_toml(toml, name);
  Json json = table_to_json(table, known_keys_of(table, name), name, lines);
  JobFile file;
  file.input = take_input(json, name, lines);
  file.dirichlet = take_dirichlet(json, name, lines);
  fill_evaluation(json, name, lines);
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
