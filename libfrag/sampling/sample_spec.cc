#include "libfrag/sampling/sample_spec.h"

#include <algorithm>
#include <array>

#include "libfrag/base/error.h"

namespace frag {
namespace {

const std::string kWhat = "sample";
constexpr std::uint32_t kThousand = 1000;

constexpr std::array<std::pair<SamplePolicy, const char*>, 4> kPolicies = {
    {{SamplePolicy::random, "random"},
     {SamplePolicy::fixed_parts, "static"},
     {SamplePolicy::changing_parts, "dynamic"},
     {SamplePolicy::hybrid, "hybrid"}}};
constexpr std::array<std::pair<SampleSide, const char*>, 2> kSides = {
    {{SampleSide::train, "train"}, {SampleSide::test, "test"}}};

[[noreturn]] void fail(const std::string& message) {
  throw Error(Errc::bad_input, kWhat + ": " + message);
}

template <class Names, class Value>
const char* name_in(const Names& names, Value value) {
  for (const auto& [one, name] : names) {
    if (one == value) return name;
  }
  return "";
}

template <class Names>
auto value_in(const Names& names, const std::string& key, const std::string& wanted) {
  std::string known;
  for (const auto& [value, name] : names) {
    if (wanted == name) return value;
    known += std::string(known.empty() ? "" : ", ") + name;
  }
  fail(key + " \"" + wanted + "\" is none of " + known);
}

// A share written with up to three decimals, as thousandths. A quotient of whole numbers and the decimal that
// means it are the same double, so that no two machines read it differently.
std::uint32_t share_from_json(const Json& json, const char* key) {
  const double value = json.at(key).is_number() ? json.at(key).get<double>() : -1.0;
  for (std::uint32_t thousandths = 0; thousandths <= kThousand; ++thousandths) {
    if (value == thousandths / double{kThousand}) return thousandths;
  }
  fail("\"" + std::string(key) + "\" is " + json.at(key).dump() +
       "; it is a number from 0 to 1 with at most three decimals, as in 0.75");
}

Json share_to_json(std::uint32_t thousandths) {
  return Json(thousandths / double{kThousand});
}

ClassWeights weights_from_json(const Json& json, const std::string& key) {
  if (!json.is_object()) fail("\"" + key + "\" holds class weights that are not as in {\"NAME\": 3}");
  ClassWeights weights;
  for (const auto& [name, value] : json.items()) {
    const bool whole =
        value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
    if (!whole)
      fail("\"" + key + "\" gives class \"" + name + "\" a weight that is no whole number from 0 on");
    weights[name] = value.get<std::uint64_t>();
  }
  return weights;
}

Json weights_to_json(const ClassWeights& weights) {
  Json json = Json::object();
  for (const auto& [name, weight] : weights) json[name] = weight;
  return json;
}

void validate_weights(const ClassWeights& weights) {
  std::uint64_t sum = 0;
  for (const auto& [name, weight] : weights) {
    sum += std::min(weight, kMaxWeightSum + 1);
    if (sum > kMaxWeightSum) {
      fail("class weights add up to more than " + std::to_string(kMaxWeightSum) +
           "; divide them all by the same number");
    }
  }
  if (sum == 0) fail("no class has a weight above 0; give one to every class that is wanted");
}

void read_balance(const Json& json, SampleSpec& spec) {
  if (json.contains("weights")) {
    if (json.contains("balance")) fail("\"weights\" and \"balance\" exclude each other; leave one out");
    if (!json.at("weights").is_array() || json.at("weights").empty())
      fail("\"weights\" is not a list with the class weights of each part");
    for (const Json& row : json.at("weights")) spec.part_weights.push_back(weights_from_json(row, "weights"));
    spec.parts = spec.part_weights.size();
  }
  if (!json.contains("balance")) return;
  const Json& balance = json.at("balance");
  if (balance == "class") return;
  if (balance == "none") {
    spec.balance = Balance::none;
  } else if (balance.is_object()) {
    spec.balance = Balance::weighted;
    spec.class_weights = weights_from_json(balance, "balance");
  } else {
    fail("\"balance\" is " + balance.dump() + "; it is class, none or class weights");
  }
}

// The one side that a sample comes from, or the one fold that it does not.
struct Origin {
  std::string split;
  bool all_but = false;
};

Origin origin_of(const SampleSpec& spec) {
  if (!spec.fold) return {spec.split};
  return {"fold" + std::to_string(*spec.fold), spec.side == SampleSide::train};
}

void refuse_other_keys(const Json& json) {
  static const std::vector<std::string> kKeys = {"split",   "count",         "seed",    "round",  "part",
                                                 "parts",   "balance",       "repeats", "policy", "keep",
                                                 "holdout", "holdout_round", "side",    "fold",   "weights"};
  if (!json.is_object()) fail("not an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) fail("unknown key \"" + key + "\"");
    if (value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() < 0)
      fail("\"" + key + "\" is below 0");
  }
}

}  // namespace

void validate(const SampleSpec& spec) {
  if (spec.split.empty()) fail("\"split\" is empty");
  if (spec.count && *spec.count == 0) fail("\"count\" is 0; leave it out for as many as there are");
  if (spec.parts < 1 || spec.part >= spec.parts) {
    fail("part " + std::to_string(spec.part) + " of " + std::to_string(spec.parts) +
         "; parts are numbered from 0");
  }
  if (spec.keep > kThousand) fail("\"keep\" is above 1");
  if (spec.holdout >= kThousand) fail("\"holdout\" is 1 or more, which leaves nothing to train on");
  if (spec.fold && spec.holdout > 0)
    fail("\"fold\" and \"holdout\" exclude each other: the fold is what is set aside; leave one out");
  if (spec.holdout_round && spec.holdout == 0)
    fail(
        "\"holdout_round\" says by which round a holdout is chosen, and there is none; add one or leave it "
        "out");
  if (spec.side == SampleSide::test && !spec.fold && spec.holdout == 0)
    fail("\"side\" is test, and nothing is set aside; add a holdout or a fold, or name the split to test on");
  if (spec.balance == Balance::weighted) validate_weights(spec.class_weights);
  for (const ClassWeights& weights : spec.part_weights) validate_weights(weights);
  if (!spec.part_weights.empty() && spec.part_weights.size() != spec.parts) {
    fail("\"weights\" has " + std::to_string(spec.part_weights.size()) + " rows for " +
         std::to_string(spec.parts) + " parts; it needs a row for each");
  }
}

SampleSpec sample_of_part(SampleSpec spec, std::uint64_t round, std::uint64_t part, std::uint64_t parts) {
  spec.round = round;
  spec.part = part;
  spec.parts = parts;
  validate(spec);
  if (!spec.part_weights.empty()) {
    spec.balance = Balance::weighted;
    spec.class_weights = spec.part_weights[part];
    spec.part_weights.clear();
  }
  return spec;
}

// Larger holdouts of the same draw set the smaller ones' groups aside too, and more.
bool disjoint(const SampleSpec& training, const SampleSpec& testing) {
  const Origin from = origin_of(training), to = origin_of(testing);
  if (from.all_but || to.all_but) return from.all_but != to.all_but && from.split == to.split;
  if (from.split != to.split) return true;
  const bool sides = training.side == SampleSide::train && testing.side == SampleSide::test;
  const bool same_draw = training.seed == testing.seed && training.holdout_round &&
                         training.holdout_round == testing.holdout_round;
  return sides && same_draw && testing.holdout <= training.holdout;
}

std::string describe_pool(const SampleSpec& spec) {
  if (!spec.fold) return "split \"" + spec.split + "\"";
  return (spec.side == SampleSide::test ? "fold " : "all folds but ") + std::to_string(*spec.fold);
}

Json to_json(const SampleSpec& spec) {
  Json json = Json::object();
  if (spec.fold) {
    json["fold"] = *spec.fold;
  } else {
    json["split"] = spec.split;
  }
  if (spec.side != SampleSide::train || spec.fold) json["side"] = name_in(kSides, spec.side);
  if (spec.count) json["count"] = *spec.count;
  json["seed"] = spec.seed;
  json["round"] = spec.round;
  json["part"] = spec.part;
  json["parts"] = spec.parts;
  if (spec.policy != SamplePolicy::random) json["policy"] = name_in(kPolicies, spec.policy);
  if (spec.policy == SamplePolicy::hybrid) json["keep"] = share_to_json(spec.keep);
  if (spec.holdout > 0) json["holdout"] = share_to_json(spec.holdout);
  if (spec.holdout_round) json["holdout_round"] = *spec.holdout_round;
  if (!spec.part_weights.empty()) {
    for (const ClassWeights& weights : spec.part_weights) json["weights"].push_back(weights_to_json(weights));
  } else if (spec.balance == Balance::weighted) {
    json["balance"] = weights_to_json(spec.class_weights);
  } else {
    json["balance"] = spec.balance == Balance::none ? "none" : "class";
  }
  json["repeats"] = spec.repeats == Repeats::allow;
  return json;
}

SampleSpec sample_spec_from_json(const Json& json) {
  refuse_other_keys(json);
  SampleSpec spec;
  if (json.contains("fold")) {
    if (json.contains("split")) fail("\"split\" and \"fold\" exclude each other; leave one out");
    spec.fold = json_get<std::uint64_t>(json, "fold", kWhat);
  }
  spec.split = json_get_or(json, "split", spec.split, kWhat);
  if (json.contains("count")) spec.count = json_get<std::uint64_t>(json, "count", kWhat);
  read_balance(json, spec);
  spec.seed = json_get_or(json, "seed", spec.seed, kWhat);
  spec.round = json_get_or(json, "round", spec.round, kWhat);
  spec.part = json_get_or(json, "part", spec.part, kWhat);
  spec.parts = json_get_or(json, "parts", spec.parts, kWhat);
  spec.repeats = json_get_or(json, "repeats", false, kWhat) ? Repeats::allow : Repeats::refuse;
  if (json.contains("policy"))
    spec.policy = value_in(kPolicies, "policy", json_get<std::string>(json, "policy", kWhat));
  if (json.contains("side")) spec.side = value_in(kSides, "side", json_get<std::string>(json, "side", kWhat));
  if (json.contains("keep")) {
    if (spec.policy != SamplePolicy::hybrid)
      fail("\"keep\" is of the policy hybrid; leave it out, or add that");
    spec.keep = share_from_json(json, "keep");
  }
  if (json.contains("holdout")) spec.holdout = share_from_json(json, "holdout");
  if (json.contains("holdout_round"))
    spec.holdout_round = json_get<std::uint64_t>(json, "holdout_round", kWhat);
  validate(spec);
  return spec;
}

}  // namespace frag
