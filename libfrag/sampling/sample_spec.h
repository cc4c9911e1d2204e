// What a sample is asked for with: a value that travels in URLs, in job files and in leases.
//
// Equal specs on the equal dataset mean the equal list of fragments, in the equal order, on every machine
// (libfrag/sampling/sampler.h draws it; docs/sampling.md states how).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/base/json.h"

namespace frag {

enum class Balance {
  by_class,  // equal counts of every class, within one
  none,      // every fragment of the split equally likely
};

enum class Repeats {
  refuse,  // asking for more than there is is an error that says the limit
  allow,   // a class that runs out starts over
};

struct SampleSpec {
  std::string split = "train";
  std::optional<std::uint64_t> count;  // absent: as many as there are
  std::uint64_t seed = 0;
  std::uint64_t round = 0;
  std::uint64_t part = 0;  // which node of the round, in [0, parts)
  std::uint64_t parts = 1;
  Balance balance = Balance::by_class;
  Repeats repeats = Repeats::refuse;

  bool operator==(const SampleSpec&) const = default;
};

// {"split": "train", "count": 600, "seed": 1, "round": 0, "part": 0, "parts": 1, "balance": "class",
// "repeats": false}
Json to_json(const SampleSpec& spec);

// The reverse; absent keys take their defaults, an unknown key or a value out of range is Errc::bad_input
// that names it.
SampleSpec sample_spec_from_json(const Json& json);

// The same as query parameters, in both directions. Unknown names are Errc::bad_input unless listed in
// `also_known`.
std::vector<std::pair<std::string, std::string>> to_query(const SampleSpec& spec);
SampleSpec sample_spec_from_query(const std::map<std::string, std::string>& params,
                                  const std::vector<std::string>& also_known);

}  // namespace frag
