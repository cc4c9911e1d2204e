#include "libfrag/sampling/id_set.h"

#include <algorithm>

namespace frag {
namespace {

struct Place {
  std::size_t run = 0;
  std::uint64_t within = 0;
};

Place find(const std::vector<std::uint64_t>& ends, std::uint64_t index) {
  const auto run = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), index) - ends.begin());
  return {run, index - (run == 0 ? 0 : ends[run - 1])};
}

}  // namespace

IdSet::IdSet(std::span<const IdRange> ranges) {
  std::uint64_t end = 0;
  for (const IdRange& range : ranges) {
    if (range.count == 0) continue;
    end += range.count;
    if (range.bits) gaps_.emplace(ends_.size(), Gaps{*range.bits, range.skipped});
    ends_.push_back(end);
    first_.push_back(range.first);
    group_.push_back(range.group);
  }
}

IdSet::Member IdSet::member(std::uint64_t index) const {
  const auto [run, within] = find(ends_, index);
  const auto gaps = gaps_.empty() ? gaps_.end() : gaps_.find(run);
  if (gaps == gaps_.end()) return {first_[run] + within, group_[run]};
  return {first_[run] + gaps->second.bits.select(gaps->second.skipped + within), group_[run]};
}

IdSet IdSet::of_groups(const std::vector<bool>& groups) const {
  std::vector<IdRange> ranges;
  for (std::size_t run = 0; run < ends_.size(); ++run) {
    if (!groups[group_[run]]) continue;
    IdRange range{first_[run], ends_[run] - (run == 0 ? 0 : ends_[run - 1]), {}, group_[run]};
    if (const auto gaps = gaps_.find(run); gaps != gaps_.end()) {
      range.bits = gaps->second.bits;
      range.skipped = gaps->second.skipped;
    }
    ranges.push_back(range);
  }
  return IdSet(ranges);
}

void IdSets::append(std::shared_ptr<const IdSet> set) {
  if (set->size() == 0) return;
  ends_.push_back(size() + set->size());
  sets_.push_back(std::move(set));
}

IdSet::Member IdSets::member(std::uint64_t index) const {
  if (sets_.size() == 1) return sets_.front()->member(index);
  const auto [set, within] = find(ends_, index);
  return sets_[set]->member(within);
}

}  // namespace frag
