#include "libfrag/rounds/rules/catalog.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/rounds/rules/mean.h"

namespace frag::rounds {

const std::vector<RuleInfo>& list_rules() {
  static const std::vector<RuleInfo> rules{
      {"mean",
       "the mean of the results' changes",
       Pace::rounds,
       {{"by_fragments", 0, 0, 1, "1: a result weighs as many times as it was trained on fragments"}}},
  };
  return rules;
}

const RuleInfo& rule_info(const std::string& name) {
  const auto& rules = list_rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RuleInfo& r) { return r.name == name; });
  if (found != rules.end()) return *found;
  std::string known;
  for (const RuleInfo& rule : rules) known += (known.empty() ? "" : ", ") + rule.name;
  throw Error(Errc::bad_input, "there is no rule \"" + name + "\"; there are " + known);
}

RuleSpec complete(const RuleSpec& given) {
  const RuleInfo& info = rule_info(given.name);
  RuleSpec rule = given;
  for (const RuleSetting& setting : info.settings) rule.settings.try_emplace(setting.key, setting.usual);
  for (const auto& [key, value] : rule.settings) {
    const auto setting = std::find_if(info.settings.begin(), info.settings.end(),
                                      [&](const RuleSetting& s) { return s.key == key; });
    if (setting == info.settings.end()) {
      throw Error(Errc::bad_input, "rule \"" + given.name + "\" has no setting \"" + key + "\"");
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
  const auto buffer = rule.settings.find("buffer");
  return buffer == rule.settings.end() ? 1 : static_cast<std::int64_t>(buffer->second);
}

LocalPull local_pull(const RuleSpec&, const LocalSettings&) {
  return {};
}

std::unique_ptr<Rule> make_rule(const RuleSpec& rule, const Step& step) {
  return std::make_unique<MeanRule>(step.contributions, rule.setting("by_fragments") > 0);
}

}  // namespace frag::rounds
