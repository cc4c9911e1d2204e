// What a sample is asked for with: a value that travels in URLs, in job files and in leases.
//
// Equal specs on the equal dataset mean the equal list of fragments, in the equal order, on every machine
// (libfrag/sampling/sampler.h draws it; docs/sampling.md states how). Shares are whole thousandths, so that
// no machine rounds them its own way. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/base/json.h"

namespace frag {

enum class SamplePolicy {
  random,          // draws of different seeds, rounds and parts are independent of each other
  fixed_parts,     // "static": disjoint parts, the same every round
  changing_parts,  // "dynamic": disjoint parts, divided anew each round
  hybrid,          // a window over the static part that moves on each round
};

enum class SampleSide {
  train,  // without the groups held out; with a fold: all other folds
  test,   // only those groups; with a fold: that fold
};

enum class Balance {
  by_class,  // equal counts of every class, within one
  none,      // every fragment equally likely
  weighted,  // each class its share of the class weights, within one
};

enum class Repeats {
  refuse,  // asking for more than there is is an error that says the limit
  allow,   // a class that runs out starts over
};

// A whole number for each class by its name; 0 leaves the class out.
using ClassWeights = std::map<std::string, std::uint64_t>;

// The weights of one sample add up to at most this.
inline constexpr std::uint64_t kMaxWeightSum = 100'000;

struct SampleSpec {
  std::string split = "train";         // means nothing where there is a fold
  std::optional<std::uint64_t> count;  // absent: as many as there are
  std::uint64_t seed = 0;
  std::uint64_t round = 0;
  std::uint64_t part = 0;  // which node of the round, in [0, parts)
  std::uint64_t parts = 1;
  Balance balance = Balance::by_class;
  Repeats repeats = Repeats::refuse;
  SamplePolicy policy = SamplePolicy::random;
  std::uint32_t keep = 750;   // of hybrid: thousandths of a window that stay, in [0, 1000]
  std::uint32_t holdout = 0;  // thousandths of each class's groups set aside, in [0, 999]
  // The round by which these groups are chosen, to set the same ones aside in all; absent: `round`.
  std::optional<std::uint64_t> holdout_round{};
  SampleSide side = SampleSide::train;  // test needs a holdout or a fold
  std::optional<std::uint64_t> fold{};  // instead of `split`; excludes a holdout
  ClassWeights class_weights{};         // of Balance::weighted
  // For each part its class weights, instead of `balance`; none, or `parts` of them.
  std::vector<ClassWeights> part_weights{};

  bool operator==(const SampleSpec&) const = default;
};

// Errc::bad_input where the values do not go together; the message names them and says the way out.
void validate(const SampleSpec& spec);

// What one node draws of a job's spec: round and part filled in, and of part_weights its own, as
// class_weights.
SampleSpec sample_of_part(SampleSpec spec, std::uint64_t round, std::uint64_t part, std::uint64_t parts);

// Whether no group gives fragments to both, in any round or part and whatever the dataset; false also where
// that hangs on the dataset.
bool disjoint(const SampleSpec& training, const SampleSpec& testing);

// What the fragments come from, for people: `split "train"`, `fold 2`, `all folds but 2`.
std::string describe_pool(const SampleSpec& spec);

// {"split": "train", "count": 600, "seed": 1, "round": 0, "part": 0, "parts": 1, "balance": "class",
// "repeats": false}, and "policy", "keep", "holdout", "holdout_round", "side", "fold" (instead of "split"),
// "weights" (instead of "balance") where they say something. Weights are objects: {"NAME": 3}.
Json to_json(const SampleSpec& spec);

// The reverse; absent keys take their defaults, "parts" the number of "weights". An unknown key, a value out
// of range or keys that exclude each other are Errc::bad_input that names them.
SampleSpec sample_spec_from_json(const Json& json);

// The same as the parameters of a URL, in both directions: names and values are those of the JSON. Shares are
// written as "0.75"; class weights as "NAME:3,NAME:1", where a comma, a colon or a percent sign within a name
// is %2C, %3A or %25 (before anything is encoded for the URL itself). Of part_weights only the part's own
// travel, as "balance". Unknown names are Errc::bad_input unless listed in `also_known`.
std::vector<std::pair<std::string, std::string>> to_query(const SampleSpec& spec);
SampleSpec sample_spec_from_query(const std::map<std::string, std::string>& params,
                                  const std::vector<std::string>& also_known);

}  // namespace frag
