#include "libfrag/sampling/sampler.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// The text whose SHA-256 keys a permutation of a draw. `scope` names what is permuted.
std::uint64_t key_of(const SampleSpec& spec, const std::string& scope) {
  return sha256_word("libfrag/sample/1|random|split=" + spec.split + "|seed=" + std::to_string(spec.seed) +
                     "|round=" + std::to_string(spec.round) + "|part=" + std::to_string(spec.part) + "|" +
                     scope);
}

std::vector<std::vector<IdRange>> empty_classes(std::size_t count) {
  return std::vector<std::vector<IdRange>>(count);
}

}  // namespace

IdSet::IdSet(std::span<const IdRange> ranges) {
  std::uint64_t end = 0;
  for (const IdRange& range : ranges) {
    if (range.count == 0) continue;
    end += range.count;
    if (range.bits) bits_.emplace(ends_.size(), *range.bits);
    ends_.push_back(end);
    first_.push_back(range.first);
  }
}

FragmentId IdSet::operator[](std::uint64_t index) const {
  const auto run =
      static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
  const std::uint64_t within = index - (run == 0 ? 0 : ends_[run - 1]);
  const auto gaps = bits_.find(run);
  return first_[run] + (gaps == bits_.end() ? within : gaps->second.select(within));
}

FragmentId SampleList::at(std::uint64_t position, std::uint64_t* steps) const {
  const Lane& lane = lanes_[position % lanes_.size()];
  const std::uint64_t turn = position / lanes_.size();
  const std::uint64_t size = lane.ids->size();
  return (*lane.ids)[lane.passes[turn / size](turn % size, steps)];
}

Sampler::Sampler(const Catalog& catalog) : classes_(catalog.classes()), labels_(catalog.labels()) {
  std::map<std::string, std::vector<std::vector<IdRange>>> splits;
  for (const std::string& split : catalog.splits()) splits.emplace(split, empty_classes(classes_.size()));
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    auto& by_class = splits.at(std::string(catalog.sources().split(i)));
    for (const ClassRun& run : catalog.runs(i))
      by_class[run.class_number].push_back({run.first, run.count, run.bits});
  }
  for (const auto& [name, by_class] : splits) add_split(name, by_class);
}

Sampler::Sampler(std::vector<std::string> classes,
                 const std::map<std::string, std::vector<std::vector<IdRange>>>& splits)
    : classes_(std::move(classes)) {
  for (const auto& [name, by_class] : splits) add_split(name, by_class);
}

void Sampler::add_split(const std::string& name, const std::vector<std::vector<IdRange>>& by_class) {
  Side side;
  std::vector<IdRange> all;
  for (const auto& ranges : by_class) {
    side.by_class.emplace_back(ranges);
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  std::sort(all.begin(), all.end(), [](const IdRange& a, const IdRange& b) { return a.first < b.first; });
  side.all = IdSet(all);
  splits_.emplace(name, std::move(side));
}

std::uint64_t Sampler::fragments(const std::string& split) const {
  const auto found = splits_.find(split);
  return found == splits_.end() ? 0 : found->second.all.size();
}

SampleList Sampler::draw(const SampleSpec& spec) const {
  const auto found = splits_.find(spec.split);
  if (found == splits_.end()) {
    std::vector<std::string> names;
    for (const auto& [name, side] : splits_) names.push_back(name);
    throw Error(Errc::not_found,
                "there is no split \"" + spec.split + "\"; this dataset has " + join(names, ", "));
  }
  const Side& side = found->second;

  // What the positions of the sample take turns in: one lane a class in keyed order, or one lane for
  // everything.
  std::vector<std::pair<const IdSet*, std::string>> lanes;
  std::size_t smallest = 0;  // the class whose number of fragments bounds a balanced draw
  if (spec.balance == Balance::none) {
    lanes.emplace_back(&side.all, "all");
  } else {
    std::vector<std::size_t> present;
    for (std::size_t number = 0; number < side.by_class.size(); ++number) {
      if (side.by_class[number].size() > 0) present.push_back(number);
    }
    if (!present.empty()) {
      const KeyedPermutation order(present.size(), key_of(spec, "classes"));
      for (std::size_t i = 0; i < present.size(); ++i) {
        const std::size_t number = present[order(i)];
        lanes.emplace_back(&side.by_class[number], "class=" + std::to_string(number));
      }
      smallest = *std::min_element(present.begin(), present.end(), [&side](std::size_t a, std::size_t b) {
        return side.by_class[a].size() < side.by_class[b].size();
      });
    }
  }
  std::uint64_t limit = 0;
  for (const auto& [ids, scope] : lanes) limit = limit == 0 ? ids->size() : std::min(limit, ids->size());
  limit *= lanes.size();
  if (limit == 0) throw Error(Errc::bad_input, "split \"" + spec.split + "\" holds no fragments");

  SampleList list;
  list.size_ = spec.count.value_or(limit);
  if (list.size_ > limit && spec.repeats == Repeats::refuse) {
    const std::string why = spec.balance == Balance::none
                                ? "it holds no more"
                                : "equal counts of each class, and its smallest class, \"" +
                                      classes_[smallest] + "\", has " +
                                      format_count(side.by_class[smallest].size());
    throw Error(Errc::bad_input, format_count(list.size_) + " fragments of split \"" + spec.split +
                                     "\" asked for, at most " + format_count(limit) +
                                     " can be given without repeats (" + why + ")");
  }
  const std::uint64_t turns = (list.size_ + lanes.size() - 1) / lanes.size();
  for (const auto& [ids, scope] : lanes) {
    SampleList::Lane lane{ids, {}};
    const std::uint64_t passes = (turns + ids->size() - 1) / ids->size();
    for (std::uint64_t pass = 0; pass < passes; ++pass) {
      lane.passes.emplace_back(ids->size(), key_of(spec, scope + "|pass=" + std::to_string(pass)));
    }
    list.lanes_.push_back(std::move(lane));
  }
  return list;
}

}  // namespace frag
