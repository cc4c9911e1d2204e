#include "libfrag/sampling/pool.h"

#include <algorithm>
#include <unordered_map>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/permutation.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// The groups of every class, each with the class that most of its fragments have.
std::vector<std::vector<std::uint32_t>> groups_of(const ClassRanges& by_class) {
  struct Group {
    FragmentId first = UINT64_MAX;
    std::size_t class_number = 0;
    std::uint64_t most = 0;
  };
  std::unordered_map<std::uint32_t, Group> groups;
  for (std::size_t number = 0; number < by_class.size(); ++number) {
    std::unordered_map<std::uint32_t, std::uint64_t> counts;
    for (const IdRange& range : by_class[number]) {
      if (range.count == 0) continue;
      counts[range.group] += range.count;
      groups[range.group].first = std::min(groups[range.group].first, range.first);
    }
    for (const auto& [group, count] : counts) {
      if (count > groups[group].most) {
        groups[group].class_number = number;
        groups[group].most = count;
      }
    }
  }
  std::vector<std::vector<std::uint32_t>> sorted(by_class.size());
  for (const auto& [number, group] : groups) sorted[group.class_number].push_back(number);
  for (auto& of_class : sorted) {
    std::sort(of_class.begin(), of_class.end(), [&groups](std::uint32_t a, std::uint32_t b) {
      return std::pair(groups[a].first, a) < std::pair(groups[b].first, b);
    });
  }
  return sorted;
}

std::vector<std::uint64_t> sizes_of(const std::vector<IdSets>& by_class) {
  std::vector<std::uint64_t> sizes;
  for (const IdSets& ids : by_class) sizes.push_back(ids.size());
  return sizes;
}

}  // namespace

Pools::Pools(const std::map<std::string, ClassRanges>& splits) {
  for (const auto& [name, by_class] : splits) {
    Split split;
    std::vector<IdRange> all;
    for (const auto& ranges : by_class) {
      split.by_class.push_back(std::make_shared<IdSet>(ranges));
      all.insert(all.end(), ranges.begin(), ranges.end());
      for (const IdRange& range : ranges) groups_ = std::max(groups_, std::size_t{range.group} + 1);
    }
    // Of a source with several classes the runs stay in the order of the classes.
    std::stable_sort(all.begin(), all.end(),
                     [](const IdRange& a, const IdRange& b) { return a.first < b.first; });
    split.all = std::make_shared<IdSet>(all);
    split.groups = groups_of(by_class);
    splits_.emplace(name, std::move(split));
  }
}

const Pools::Split& Pools::find(const std::string& name) const {
  if (const auto found = splits_.find(name); found != splits_.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [one, split] : splits_) names.push_back(one);
  throw Error(Errc::not_found, "there is no split \"" + name + "\"; this dataset has " + join(names, ", "));
}

std::uint64_t Pools::fragments(const std::string& split) const {
  const auto found = splits_.find(split);
  return found == splits_.end() ? 0 : found->second.all->size();
}

Pool Pools::pool(const SampleSpec& spec) const {
  if (spec.fold && spec.side == SampleSide::train) return pool_of_folds(spec);
  const std::string name = spec.fold ? "fold" + std::to_string(*spec.fold) : spec.split;
  const Split& split = find(name);
  Pool pool;
  pool.key = "split=" + name;
  for (const auto& ids : split.by_class) pool.by_class.emplace_back().append(ids);
  pool.all.append(split.all);
  pool.left = sizes_of(pool.by_class);
  if (spec.holdout > 0) hold_out(split, spec, &pool);
  return pool;
}

// All folds but one, in the order of their numbers.
Pool Pools::pool_of_folds(const SampleSpec& spec) const {
  const std::string left_out = "fold" + std::to_string(*spec.fold);
  Pool pool;
  pool.key = "fold=" + std::to_string(*spec.fold) + "|side=train";
  pool.by_class.resize(find(left_out).by_class.size());
  for (std::size_t k = 0; k < splits_.size(); ++k) {
    const auto found = splits_.find("fold" + std::to_string(k));
    if (found == splits_.end() || found->first == left_out) continue;
    for (std::size_t number = 0; number < pool.by_class.size(); ++number)
      pool.by_class[number].append(found->second.by_class[number]);
    pool.all.append(found->second.all);
  }
  pool.left = sizes_of(pool.by_class);
  return pool;
}

// Of every class with two groups or more the share asked for, at least one and never all.
std::vector<bool> Pools::held_out(const Split& split, const SampleSpec& spec) const {
  std::vector<bool> held(groups_, false);
  for (std::size_t number = 0; number < split.groups.size(); ++number) {
    const std::vector<std::uint32_t>& groups = split.groups[number];
    if (groups.size() < 2) continue;
    const KeyedPermutation order(
        groups.size(),
        sha256_word("libfrag/sample/1|holdout|split=" + spec.split + "|seed=" + std::to_string(spec.seed) +
                    "|round=" + std::to_string(spec.holdout_round.value_or(spec.round)) +
                    "|class=" + std::to_string(number)));
    const std::uint64_t count =
        std::clamp<std::uint64_t>(groups.size() * spec.holdout / 1000, 1, groups.size() - 1);
    for (std::uint64_t i = 0; i < count; ++i) held[groups[order(i)]] = true;
  }
  return held;
}

void Pools::hold_out(const Split& split, const SampleSpec& spec, Pool* pool) const {
  std::vector<bool> held = held_out(split, spec);
  std::vector<IdSets> alone(split.by_class.size());
  for (std::size_t number = 0; number < alone.size(); ++number)
    alone[number].append(std::make_shared<IdSet>(split.by_class[number]->of_groups(held)));
  if (spec.side == SampleSide::train) {
    for (std::size_t number = 0; number < alone.size(); ++number) pool->left[number] -= alone[number].size();
    pool->passed_over = std::move(held);
    return;
  }
  pool->key += "|side=test";
  pool->by_class = std::move(alone);
  pool->all = IdSets();
  pool->all.append(std::make_shared<IdSet>(split.all->of_groups(held)));
  pool->left = sizes_of(pool->by_class);
}

}  // namespace frag
