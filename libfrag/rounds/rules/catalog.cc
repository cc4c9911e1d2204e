#include "libfrag/rounds/rules/catalog.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

constexpr const char* kByFragments = "by_fragments";
constexpr const char* kBuffer = "buffer";

const std::vector<RuleEntry>& rule_entries() {
  static const std::vector<RuleEntry> entries{
      mean_entry(),     fedavgm_entry(),      fedadam_entry(),   fedprox_entry(), diloco_entry(),
      median_entry(),   trimmed_mean_entry(), norm_clip_entry(), async_entry(),   fedbuff_entry(),
      downpour_entry(), aeasgd_entry(),       eamsgd_entry(),    adag_entry(),    dynsgd_entry()};
  return entries;
}

const RuleEntry& rule_entry(const std::string& name) {
  const auto& entries = rule_entries();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const RuleEntry& e) { return e.info.name == name; });
  if (found != entries.end()) return *found;
  std::string known;
  for (const RuleEntry& entry : entries) known += (known.empty() ? "" : ", ") + entry.info.name;
  throw Error(Errc::bad_input, "there is no rule \"" + name + "\"; there are " + known);
}

}  // namespace

RuleSetting by_fragments_setting() {
  return {kByFragments, 0, 0, 1, "1: a result weighs as many times as it was trained on fragments"};
}

RuleSetting rate_setting(double usual) {
  return {"rate", usual, 1e-9, 1e3, "the server's learning rate"};
}

RuleSetting momentum_setting() {
  return {"momentum", 0.9, 0, 0.999999, "the share of the last step's velocity that is kept"};
}

std::vector<double> weights_of(const RuleSpec& rule, const Step& step) {
  return contribution_weights(step.contributions, rule.setting(kByFragments) > 0);
}

const std::vector<RuleInfo>& list_rules() {
  static const std::vector<RuleInfo> rules = [] {
    std::vector<RuleInfo> infos;
    for (const RuleEntry& entry : rule_entries()) infos.push_back(entry.info);
    return infos;
  }();
  return rules;
}

const RuleInfo& rule_info(const std::string& name) {
  return rule_entry(name).info;
}

RuleSpec complete(const RuleSpec& given) {
  const RuleInfo& info = rule_info(given.name);
  RuleSpec rule = given;
  for (const RuleSetting& setting : info.settings) rule.settings.try_emplace(setting.key, setting.usual);
  for (const auto& entry : rule.settings) {
    const std::string& key = entry.first;
    const double value = entry.second;
    const auto setting = std::find_if(info.settings.begin(), info.settings.end(),
                                      [&](const RuleSetting& s) { return s.key == key; });
    if (setting == info.settings.end()) {
      throw Error(Errc::bad_input, "rule \"" + given.name + "\" has no setting \"" + key + "\"");
    }
    if (key == kBuffer && value != std::floor(value)) {
      throw Error(Errc::bad_input, "key \"" + key + "\" must be a whole number");
    }
    if (!(value >= setting->least && value <= setting->most)) {
      throw Error(Errc::bad_input, "key \"" + key + "\" must be from " + Json(setting->least).dump() +
                                       " to " + Json(setting->most).dump());
    }
  }
  return rule;
}

std::optional<std::int64_t> results_a_step(const RuleSpec& rule) {
  if (rule_info(rule.name).pace == Pace::rounds) return std::nullopt;
  const auto buffer = rule.settings.find(kBuffer);
  return buffer == rule.settings.end() ? 1 : static_cast<std::int64_t>(buffer->second);
}

LocalPull local_pull(const RuleSpec& rule, const LocalSettings& local) {
  const RuleEntry& entry = rule_entry(rule.name);
  return entry.pull == nullptr ? LocalPull{} : entry.pull(rule, local);
}

std::unique_ptr<Rule> make_rule(const RuleSpec& rule, const Step& step) {
  return rule_entry(rule.name).make(rule, step);
}

}  // namespace frag::rounds
