// Names of shards as people write them: "train-{000000..000146}.tar". Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace frag {

// More names than this are taken for a slip of the pen.
inline constexpr std::size_t kMostNames = 100'000;

// The names that `pattern` stands for, in order; itself where it has no braces. "{a,b}" is a choice,
// "{08..11}" the numbers 08, 09, 10, 11 (with leading zeros where either end has one); several braces give
// every combination, the last one changing fastest. Errc::usage for braces that are open, empty or nested,
// ends that are no numbers or come backwards, and more than kMostNames names.
std::vector<std::string> expand_braces(std::string_view pattern);

}  // namespace frag
