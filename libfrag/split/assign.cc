#include "libfrag/split/assign.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

struct Group {
  std::string name;
  std::uint64_t key = 0;
  std::uint64_t fragments = 0;
  std::optional<std::uint32_t> side;
};

// The groups of a class: those that it has most fragments of, and how many have any of it.
struct Stratum {
  std::vector<Group> groups;
  std::size_t having = 0;
};
using Strata = std::map<std::uint32_t, Stratum>;  // by class

bool all_settled(const Stratum& stratum) {
  return std::all_of(stratum.groups.begin(), stratum.groups.end(), [](const Group& g) { return !!g.side; });
}

Strata groups_by_class(std::span<const SplitItem> items, std::uint64_t seed) {
  std::map<std::string, std::map<std::uint32_t, std::uint64_t>> fragments;  // of a group, by class
  std::map<std::string, std::uint32_t> settled;
  for (const SplitItem& item : items) {
    fragments[item.group][item.class_number] += item.fragments;
    if (item.side && settled.try_emplace(item.group, *item.side).first->second != *item.side)
      throw Error(Errc::bad_input, "group \"" + item.group + "\" is to lie on two sides of the split");
  }

  Strata strata;
  for (const auto& [name, by_class] : fragments) {
    const auto most = std::max_element(by_class.begin(), by_class.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    Group group{name, sha256_word("libfrag/split/1|seed=" + std::to_string(seed) + "|group=" + name), 0,
                std::nullopt};
    if (const auto side = settled.find(name); side != settled.end()) group.side = side->second;
    for (const auto& [number, count] : by_class) {
      group.fragments += count;
      ++strata[number].having;
    }
    strata[most->first].groups.push_back(group);
  }
  return strata;
}

// A class that is the largest part of too few groups, and a smaller part of enough others, is no class to
// divide by: its groups go with those of the class that is the largest part of most.
void merge_minorities(Strata& strata, std::size_t sides) {
  const auto largest = std::max_element(strata.begin(), strata.end(), [](const auto& a, const auto& b) {
    return a.second.groups.size() < b.second.groups.size();
  });
  for (auto entry = strata.begin(); entry != strata.end(); ++entry) {
    Stratum& stratum = entry->second;
    if (entry == largest || stratum.groups.size() >= sides || stratum.having < sides) continue;
    auto& taken = largest->second.groups;
    taken.insert(taken.end(), stratum.groups.begin(), stratum.groups.end());
    stratum.groups.clear();
  }
}

// Those with a side first, then the others in keyed order.
void put_in_order(std::vector<Group>& groups) {
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    const bool a_open = !a.side, b_open = !b.side;
    return std::tie(a_open, a.key, a.name) < std::tie(b_open, b.key, b.name);
  });
}

// The side of each group of one class.
std::vector<std::uint32_t> fill_sides(const std::vector<Group>& groups, std::span<const SplitSide> sides) {
  double total = 0;
  for (const Group& group : groups) total += static_cast<double>(group.fragments);
  std::vector<double> missing;  // fragments below its share
  for (const SplitSide& side : sides) missing.push_back(side.share * total);
  std::vector<bool> empty(sides.size(), true);
  std::size_t empty_sides = sides.size();

  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    // Once there are only as many groups left as sides without one, each of those gets one.
    const bool only_empty = groups.size() - i <= empty_sides;
    std::size_t best = groups[i].side.value_or(static_cast<std::uint32_t>(sides.size()));
    for (std::size_t side = 0; side < sides.size() && !groups[i].side; ++side) {
      if (only_empty && !empty[side]) continue;
      if (best == sides.size() || missing[side] > missing[best]) best = side;
    }
    if (empty[best]) --empty_sides;
    empty[best] = false;
    missing[best] -= static_cast<double>(groups[i].fragments);
    chosen.push_back(static_cast<std::uint32_t>(best));
  }
  return chosen;
}

[[noreturn]] void refuse_few(const std::string& class_name, std::size_t groups,
                             std::span<const SplitSide> sides) {
  std::vector<std::string> names;
  for (const SplitSide& side : sides) names.push_back(side.name);
  const bool folds = names.front().starts_with("fold");
  const std::string fewer = groups < 2 ? "--split train (all on one side)"
                            : folds    ? "--split \"" + std::to_string(groups) + " folds\""
                                       : "--split 80/20";
  throw Error(Errc::bad_input, "class \"" + class_name + "\" has " + std::to_string(groups) +
                                   (groups == 1 ? " group" : " groups") + " for " +
                                   std::to_string(sides.size()) + " sides (" + join(names, ", ") +
                                   "), and every side needs one of its own (a group is an image, or all "
                                   "images that share a name by --group or a table); add images of it, or "
                                   "ask for fewer sides, for example " +
                                   fewer);
}

constexpr const char* kSides[] = {"train", "val", "test"};

[[noreturn]] void refuse_split(std::string_view text) {
  throw Error(Errc::usage, "split \"" + std::string(text) +
                               "\": write train/val/test shares as in 70/15/15, train/test as in 80/20, one "
                               "side alone as in train or test, or 5 folds");
}

// The numbers between the slashes; empty where there are other things.
std::vector<double> shares_of(std::string_view text) {
  std::vector<double> shares;
  for (const std::string& part : split_text(text, '/')) {
    const auto share = parse_number(part);
    if (!share || *share < 0) return {};
    shares.push_back(*share);
  }
  return shares;
}

}  // namespace

std::vector<SplitSide> parse_split(std::string_view text) {
  static constexpr std::string_view kFolds = " folds";
  if (text.size() > kFolds.size() && text.substr(text.size() - kFolds.size()) == kFolds) {
    const auto k = parse_integer(text.substr(0, text.size() - kFolds.size()));
    if (!k) refuse_split(text);
    return make_folds(*k);
  }
  for (const char* side : kSides) {
    if (text == side) return {{side, 1}};
  }
  const std::vector<double> shares = shares_of(text);
  if (shares.empty() || shares.size() > 3) refuse_split(text);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<SplitSide> sides;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const char* name = kSides[shares.size() == 2 && i == 1 ? 2 : i];
    if (shares[i] > 0) sides.push_back({name, shares[i] / sum});
  }
  if (sides.empty()) refuse_split(text);
  return sides;
}

std::string note_on_shares(std::string_view text) {
  const std::vector<double> shares = shares_of(text);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  // 2/1 and 7/2/1 are ratios, 33/33/33 is near enough.
  if (shares.size() < 2 || sum < 50 || (sum >= 99 && sum <= 101)) return {};
  std::vector<std::string> parts;
  for (const double share : shares) parts.push_back(format_fixed(share * 100 / sum, 1));
  return "the shares " + std::string(text) + " sum to " + format_fixed(sum, 0) + ", so they count as " +
         join(parts, "/") + " per cent";
}

std::string shares_text(std::span<const std::uint64_t> counts) {
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<std::string> parts;
  for (const std::uint64_t count : counts)
    parts.push_back(format_fixed(sum > 0 ? 100 * static_cast<double>(count) / sum : 0, 1));
  return join(parts, "/");
}

std::string note_on_sides(std::span<const SplitSide> sides, std::span<const std::uint64_t> fragments) {
  const double sum = std::accumulate(fragments.begin(), fragments.end(), 0.0);
  std::vector<std::string> names, asked;
  bool off = false;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    names.push_back(sides[i].name);
    asked.push_back(format_fixed(sides[i].share * 100, 1));
    off = off || std::abs(static_cast<double>(fragments[i]) / std::max(sum, 1.0) - sides[i].share) >= 0.02;
  }
  if (!off) return {};
  return join(names, "/") + " have " + shares_text(fragments) + " % of the fragments where " +
         join(asked, "/") + " were asked for: an image, or all of a group, goes to one side as a whole";
}

std::vector<SplitSide> make_folds(std::int64_t k) {
  if (k < 2 || k > 100) throw Error(Errc::usage, std::to_string(k) + " folds: there are between 2 and 100");
  std::vector<SplitSide> sides;
  for (std::int64_t i = 0; i < k; ++i)
    sides.push_back({"fold" + std::to_string(i), 1.0 / static_cast<double>(k)});
  return sides;
}

std::vector<std::uint32_t> assign_sides(std::span<const SplitItem> items, std::span<const SplitSide> sides,
                                        std::uint64_t seed, std::span<const std::string> classes) {
  std::map<std::string, std::uint32_t> side_of;
  Strata strata = groups_by_class(items, seed);
  merge_minorities(strata, sides.size());
  for (auto& [number, stratum] : strata) {
    std::vector<Group>& groups = stratum.groups;
    put_in_order(groups);
    if (groups.size() < sides.size() && !all_settled(stratum))
      refuse_few(classes[number], groups.size(), sides);
    const auto chosen = fill_sides(groups, sides);
    for (std::size_t i = 0; i < groups.size(); ++i) side_of[groups[i].name] = chosen[i];
  }
  std::vector<std::uint32_t> result;
  result.reserve(items.size());
  for (const SplitItem& item : items) result.push_back(side_of.at(item.group));
  return result;
}

}  // namespace frag
