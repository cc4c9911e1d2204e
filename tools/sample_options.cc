#include "tools/sample_options.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/cutting/pack_order.h"

namespace frag {
namespace {

constexpr const char* kGroup = "Sample";

// Options whose values are the parameters' own.
struct Parameter {
  const char* name;
  const char* help;
};
constexpr Parameter kParameters[] = {
    {"split", "Which side of the split; train if not said"},
    {"fold", "A fold's number instead: all other folds, or with --side test that fold"},
    {"side", "train or test: without what --holdout or --fold sets aside, or only that"},
    {"count", "How many fragments; without it as many as there are"},
    {"seed", "Equal seeds draw equal fragments, everywhere"},
    {"policy",
     "random: every round and part anew; static: disjoint parts, the same every round; dynamic: "
     "disjoint parts, anew every round; hybrid: a window that moves over the static part"},
    {"round", "Number of the round, from 0"},
    {"keep", "Share of a hybrid window that stays from round to round, as in 0.75"},
    {"holdout", "Share of each class's groups set aside in this round, as in 0.1"},
    {"holdout-round", "Set aside what another round does: the same groups in all rounds"},
    {"balance",
     "class: equal counts; none: every fragment equally likely; or weights by class, as in "
     "NAME:3,NAME:1"},
};

// `--holdout-round` is the parameter holdout_round.
std::string key_of(std::string option) {
  std::replace(option.begin(), option.end(), '-', '_');
  return option;
}

}  // namespace

SampleSpec SampleOptions::spec() const {
  std::map<std::string, std::string> query = given;
  query["repeats"] = repeats ? "1" : "0";
  if (const auto found = query.find("part"); found != query.end()) {
    const PackPart part = parse_part(found->second);
    query["part"] = std::to_string(part.number - 1);
    query["parts"] = std::to_string(part.count);
  }
  SampleSpec spec;
  try {
    spec = sample_spec_from_query(query, {});
  } catch (const Error& error) {
    throw Error(Errc::usage, error.what());
  }
  if (weights.empty()) return spec;
  if (given.count("balance") > 0)
    throw Error(Errc::usage, "--weights and --balance exclude each other; leave one out");
  const Json table{{"weights", parse_json(read_file(weights), weights)}};
  spec.part_weights = sample_spec_from_json(table).part_weights;
  return sample_of_part(spec, spec.round, spec.part, spec.parts);
}

void add_sample_options(CLI::App& command, const std::shared_ptr<SampleOptions>& options) {
  for (const Parameter& parameter : kParameters) {
    command
        .add_option_function<std::string>(
            std::string("--") + parameter.name,
            [options, key = key_of(parameter.name)](const std::string& text) { options->given[key] = text; },
            parameter.help)
        ->group(kGroup);
  }
  command
      .add_option_function<std::string>(
          "--part", [options](const std::string& text) { options->given["part"] = text; },
          "i/n: what part i of n draws, as in 1/8")
      ->group(kGroup);
  command
      .add_option("--weights", options->weights,
                  "A JSON file with the class weights of each part: [{\"NAME\": 3}, ...]")
      ->group(kGroup);
  command.add_flag("--repeats", options->repeats, "Start over where a class has too few")->group(kGroup);
}

}  // namespace frag
