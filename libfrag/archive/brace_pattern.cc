#include "libfrag/archive/brace_pattern.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// Digits of a number in a pattern: what a 64-bit integer holds.
constexpr std::size_t kMostDigits = 18;

[[noreturn]] void bad_pattern(std::string_view pattern, const std::string& why) {
  throw Error(Errc::usage, "the pattern " + std::string(pattern) + " " + why +
                               "; write for example 'train-{000000..000146}.tar'");
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= kMostDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<std::string> range_of(std::string_view pattern, std::string_view first, std::string_view last) {
  if (!is_number(first) || !is_number(last)) bad_pattern(pattern, "has a range whose ends are no numbers");
  const std::int64_t from = *parse_integer(first), to = *parse_integer(last);
  if (to < from) bad_pattern(pattern, "has a range that goes backwards");
  if (static_cast<std::uint64_t>(to - from) >= kMostNames) bad_pattern(pattern, "stands for too many names");
  const bool padded = (first.size() > 1 && first[0] == '0') || (last.size() > 1 && last[0] == '0');
  const std::size_t width = padded ? std::max(first.size(), last.size()) : 0;
  std::vector<std::string> numbers;
  for (std::int64_t number = from; number <= to; ++number) {
    const std::string digits = std::to_string(number);
    numbers.push_back(std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits);
  }
  return numbers;
}

// What stands between a pair of braces.
std::vector<std::string> choices_of(std::string_view pattern, std::string_view inside) {
  if (inside.find('{') != std::string_view::npos) bad_pattern(pattern, "has braces within braces");
  const std::size_t dots = inside.find("..");
  if (dots != std::string_view::npos)
    return range_of(pattern, inside.substr(0, dots), inside.substr(dots + 2));
  std::vector<std::string> choices = split_text(inside, ',');
  if (choices.size() < 2) bad_pattern(pattern, "has braces without a choice");
  return choices;
}

}  // namespace

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> names = {""};
  std::string_view rest = pattern;
  while (true) {
    const std::size_t open = rest.find('{');
    const std::string_view plain = rest.substr(0, open);
    if (plain.find('}') != std::string_view::npos) bad_pattern(pattern, "closes a brace that is not open");
    for (std::string& name : names) name += plain;
    if (open == std::string_view::npos) return names;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) bad_pattern(pattern, "leaves a brace open");
    const auto choices = choices_of(pattern, rest.substr(open + 1, close - open - 1));
    if (choices.size() > kMostNames / names.size()) bad_pattern(pattern, "stands for too many names");
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& choice : choices) longer.push_back(name + choice);
    }
    names = std::move(longer);
    rest.remove_prefix(close + 1);
  }
}

}  // namespace frag
