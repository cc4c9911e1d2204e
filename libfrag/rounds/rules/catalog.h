// The rules there are: their names, what may be set, and how one is made. docs/rules.md states each as a
// formula with its source. Pure functions; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/rounds/job_spec.h"
#include "libfrag/rounds/rule.h"

namespace frag::rounds {

// When a rule makes a step of the server.
enum class Pace {
  rounds,   // once the quorum of a round is in: distinct parts, all from the same version
  results,  // whenever so many results are in, whichever versions they started from
};

struct RuleSetting {
  std::string key;
  double usual = 0;
  double least = 0;
  double most = 0;
  std::string meaning;
};

struct RuleInfo {
  std::string name;
  std::string summary;
  Pace pace = Pace::rounds;
  std::vector<RuleSetting> settings;
};

// In the order in which people should read them.
const std::vector<RuleInfo>& list_rules();

// Errc::bad_input that lists the rules there are.
const RuleInfo& rule_info(const std::string& name);

// The rule with every setting that `given` leaves out at its usual value. Errc::bad_input that names an
// unknown rule or setting, or a value out of range.
RuleSpec complete(const RuleSpec& given);

// How many results a step of the rule takes; nullopt where the quorum says it. `rule` is complete.
std::optional<std::int64_t> results_a_step(const RuleSpec& rule);

// What a rule asks of a worker while it trains.
struct LocalPull {
  double proximal = 0;            // mu of mu/2 |W - c|^2 added to the loss (FedProx); 0: none
  std::optional<double> elastic;  // a of W -= a (W - c) once a task (AEASGD, EAMSGD): W stays with the worker
};
// Errc::bad_input where the rule and the local settings do not go together. `rule` is complete.
LocalPull local_pull(const RuleSpec& rule, const LocalSettings& local);

// What a step is made of, apart from the numbers.
struct Step {
  std::int64_t number = 1;                  // of the job's steps, from 1
  std::int64_t nodes = 1;                   // of the job
  std::int64_t window = 1;                  // local steps behind a result: the job's local.steps, at least 1
  std::vector<Contribution> contributions;  // in the order of the results: ascending parts, or as they came
};

// `rule` is complete; there is at least one contribution, and exactly results_a_step() where that says how
// many.
std::unique_ptr<Rule> make_rule(const RuleSpec& rule, const Step& step);

}  // namespace frag::rounds
