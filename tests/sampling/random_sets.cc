#include "tests/sampling/random_sets.h"

#include <algorithm>

#include "libfrag/base/random.h"

namespace frag::test {
namespace {

struct Row {
  std::string split;
  std::vector<std::size_t> classes;  // one, or two that lie mixed and with gaps
  std::uint32_t group = 0;
  FragmentId first = 0;
  std::uint64_t count = 0;
};

void add_row(const Row& row, SplitMix64& random, RandomSet* set) {
  const bool mixed = row.classes.size() > 1;
  std::vector<std::vector<bool>> bits(row.classes.size(), std::vector<bool>(row.count));
  for (std::uint64_t i = 0; i < row.count; ++i) {
    const std::uint64_t which = mixed ? random.below(3) : 0;
    if (which == row.classes.size()) continue;  // left out
    bits[which][i] = true;
    set->fragments[row.first + i] = {row.classes[which], row.group, row.split};
  }
  for (std::size_t which = 0; which < row.classes.size(); ++which) {
    IdRange range{row.first, row.count, {}, row.group};
    if (mixed) {
      range.count = static_cast<std::uint64_t>(std::count(bits[which].begin(), bits[which].end(), true));
      range.bits = set->bits->view(set->bits->append(bits[which]), row.count);
    }
    set->splits[row.split][row.classes[which]].push_back(range);
  }
}

}  // namespace

RandomSet random_set(std::uint64_t seed, const std::vector<std::string>& splits) {
  SplitMix64 random(seed);
  RandomSet set;
  const std::size_t classes = 1 + random.below(5), blocks = 2 * splits.size() + random.below(8);
  for (std::size_t c = 0; c < classes; ++c) set.classes.push_back("class" + std::to_string(c));
  for (const std::string& split : splits) set.splits[split].resize(classes);
  const std::uint64_t most = random.below(3) == 0 ? 12 : 200;
  FragmentId next = 0;
  // A block has a row of each class, all of one split; its rows are of a few groups.
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::string& split = splits[block % splits.size()];
    const std::uint64_t groups = 1 + random.below(classes + 1);
    for (std::size_t c = 0; c < classes; ++c) {
      if (c > 0 && c + 1 == classes && splits.size() > 1 && split == splits.back()) continue;
      Row row{split, {c}, static_cast<std::uint32_t>(block * 8 + random.below(groups)), next, 0};
      row.count = 1 + random.below(1 + (most >> c));
      if (classes > 1 && random.below(4) == 0) row.classes.push_back((c + 1) % (classes - 1));
      if (row.classes.size() > 1 && row.classes[0] == row.classes[1]) row.classes.pop_back();
      std::sort(row.classes.begin(), row.classes.end());
      add_row(row, random, &set);
      next += row.count;
    }
  }
  set.bits->seal();
  return set;
}

std::set<FragmentId> RandomSet::all_of(const std::set<std::string>& names) const {
  std::set<FragmentId> ids;
  for (const auto& [id, fragment] : fragments) {
    if (names.count(fragment.split) > 0) ids.insert(id);
  }
  return ids;
}

std::vector<std::uint64_t> RandomSet::counts(const std::vector<FragmentId>& ids) const {
  std::vector<std::uint64_t> counts(classes.size(), 0);
  for (const FragmentId id : ids) ++counts[fragments.at(id).class_number];
  return counts;
}

std::set<std::uint32_t> RandomSet::groups(const std::vector<FragmentId>& ids) const {
  std::set<std::uint32_t> groups;
  for (const FragmentId id : ids) groups.insert(fragments.at(id).group);
  return groups;
}

std::vector<std::set<std::uint32_t>> RandomSet::groups_by_class(const std::string& split) const {
  std::map<std::uint32_t, std::vector<std::uint64_t>> counts;
  for (const auto& [id, fragment] : fragments) {
    if (fragment.split != split) continue;
    auto& of_group = counts[fragment.group];
    of_group.resize(classes.size());
    ++of_group[fragment.class_number];
  }
  std::vector<std::set<std::uint32_t>> groups(classes.size());
  for (const auto& [group, of_class] : counts) {
    const auto most = std::max_element(of_class.begin(), of_class.end());
    groups[static_cast<std::size_t>(most - of_class.begin())].insert(group);
  }
  return groups;
}

std::vector<FragmentId> ids_of(const SampleList& list) {
  std::vector<FragmentId> ids;
  for (std::uint64_t i = 0; i < list.size(); ++i) ids.push_back(list.at(i));
  return ids;
}

std::set<FragmentId> set_of(const std::vector<FragmentId>& ids) {
  return {ids.begin(), ids.end()};
}

}  // namespace frag::test
