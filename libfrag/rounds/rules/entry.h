// A rule as its own file states it, for the catalog's table: what people read of it, and how it is made.
#pragma once

#include <memory>

#include "libfrag/rounds/rules/catalog.h"

namespace frag::rounds {

struct RuleEntry {
  RuleInfo info;
  std::unique_ptr<Rule> (*make)(const RuleSpec& rule, const Step& step);
  // What it asks of a worker, checked against the job's local settings; nullptr: nothing.
  LocalPull (*pull)(const RuleSpec& rule, const LocalSettings& local) = nullptr;
};

// One a rule, each in the file of its name (aeasgd and eamsgd in elastic.cc).
RuleEntry mean_entry();
RuleEntry fedavgm_entry();
RuleEntry fedadam_entry();
RuleEntry fedprox_entry();
RuleEntry diloco_entry();
RuleEntry median_entry();
RuleEntry trimmed_mean_entry();
RuleEntry norm_clip_entry();
RuleEntry async_entry();
RuleEntry fedbuff_entry();
RuleEntry downpour_entry();
RuleEntry aeasgd_entry();
RuleEntry eamsgd_entry();
RuleEntry adag_entry();
RuleEntry dynsgd_entry();

// Settings that several have.
RuleSetting by_fragments_setting();
RuleSetting rate_setting(double usual);
RuleSetting momentum_setting();

// The weights that "by_fragments" asks for.
std::vector<double> weights_of(const RuleSpec& rule, const Step& step);

}  // namespace frag::rounds
