#include "libfrag/fetching/shard_classes.h"

#include <algorithm>

#include "libfrag/base/error.h"

namespace frag {
namespace {

std::uint32_t stated_number(const std::vector<std::string>& names, std::optional<std::uint32_t> number,
                            const std::string& name, const std::string& what) {
  if (number && *number < names.size()) return *number;
  const auto found = std::find(names.begin(), names.end(), name);
  if (!number && found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
  throw Error(Errc::bad_input, what + ": its class " +
                                   (number ? std::to_string(*number) : "\"" + name + "\"") +
                                   " is none of the " + std::to_string(names.size()) + " in pack.json");
}

}  // namespace

ShardClasses::ShardClasses(std::vector<std::string> names) : stated_(std::move(names)) {}

std::uint32_t ShardClasses::add(std::optional<std::uint32_t> number, const std::string& name,
                                const std::string& what) {
  if (!stated_.empty()) return stated_number(stated_, number, name, what);
  if (numbered_.value_or(number.has_value()) != number.has_value()) {
    throw Error(Errc::bad_input,
                what + (number ? ": it has a class number, and samples before it have none"
                               : ": it has no class number, and samples before it have one"));
  }
  numbered_ = number.has_value();
  if (!number) return first_.try_emplace(name, static_cast<std::uint32_t>(first_.size())).first->second;
  std::string& known = names_[*number];
  if (known.empty()) known = name;
  if (!name.empty() && known != name) {
    throw Error(Errc::bad_input, what + ": class " + std::to_string(*number) + " is \"" + name +
                                     "\" here, and \"" + known + "\" in samples before it");
  }
  return *number;
}

std::vector<std::string> ShardClasses::names() const {
  if (!stated_.empty()) return stated_;
  std::vector<std::string> names;
  for (const auto& [name, number] : first_) names.push_back(name);
  std::map<std::string, std::uint32_t> taken;
  for (const auto& [number, said] : names_) {
    while (names.size() < number) names.push_back(std::to_string(names.size()));
    names.push_back(said.empty() ? std::to_string(number) : said);
  }
  for (std::uint32_t number = 0; number < names.size(); ++number) {
    const auto [other, is_new] = taken.emplace(names[number], number);
    if (!is_new) {
      throw Error(Errc::bad_input, "the classes " + std::to_string(other->second) + " and " +
                                       std::to_string(number) + " are both called \"" + names[number] + "\"");
    }
  }
  return names;
}

std::vector<std::uint32_t> ShardClasses::final_numbers() const {
  std::vector<std::uint32_t> numbers(first_.size());
  std::uint32_t next = 0;
  for (const auto& [name, number] : first_) numbers[number] = next++;
  return numbers;
}

}  // namespace frag
