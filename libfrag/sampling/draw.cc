#include "libfrag/sampling/draw.h"

#include <algorithm>
#include <numeric>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// Fragments looked for first where groups are passed over and no count is given; doubled until a lane ends.
constexpr std::uint64_t kFirstLook = 1024;

std::string first_words(const SampleSpec& spec, const Pool& pool) {
  const std::string seed = "|" + pool.key + "|seed=" + std::to_string(spec.seed);
  const std::string round = "|round=" + std::to_string(spec.round);
  switch (spec.policy) {
    case SamplePolicy::random:
      return "libfrag/sample/1|random" + seed + round + "|part=" + std::to_string(spec.part) + "|";
    case SamplePolicy::changing_parts:
      return "libfrag/sample/1|dynamic" + seed + round + "|";
    case SamplePolicy::fixed_parts:
    case SamplePolicy::hybrid:
      break;
  }
  return "libfrag/sample/1|static" + seed + "|";
}

std::string scope_of(std::size_t class_number) {
  return "class=" + std::to_string(class_number);
}

// a b mod n, n above 0.
std::uint64_t product_mod(std::uint64_t a, std::uint64_t b, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(a) * b % n);
}

}  // namespace

Draw::Draw(const SampleSpec& spec, const Pool& pool, const std::vector<std::string>& classes)
    : spec_(spec), pool_(pool), classes_(classes), key_(first_words(spec, pool)) {
  const std::uint64_t left = std::accumulate(pool.left.begin(), pool.left.end(), std::uint64_t{0});
  if (left == 0) {
    throw Error(Errc::bad_input, where() + " holds no fragments" +
                                     (spec.side == SampleSide::test && !spec.fold
                                          ? "; a group is held out only where a class has two or more"
                                          : ""));
  }
  spec.balance == Balance::none ? add_one_lane() : add_class_lanes();
  turns_ = Turns(weights_);
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane].size() == 0) fail_empty(lane);
  }
}

std::uint64_t Draw::key(const std::string& scope) const {
  return sha256_word(key_ + scope);
}

std::uint64_t Draw::weight_of(std::size_t class_number) const {
  if (spec_.balance != Balance::weighted) return 1;
  const auto found = spec_.class_weights.find(classes_[class_number]);
  if (found != spec_.class_weights.end()) return found->second;
  throw Error(Errc::bad_input, "class \"" + classes_[class_number] + "\" of " + where() +
                                   " has no weight; give it one, 0 leaves it out");
}

void Draw::refuse_other_names() const {
  if (spec_.balance != Balance::weighted) return;
  for (const auto& [name, weight] : spec_.class_weights) {
    if (std::find(classes_.begin(), classes_.end(), name) == classes_.end()) {
      throw Error(Errc::not_found,
                  "there is no class \"" + name + "\"; this dataset has " + join(classes_, ", "));
    }
  }
}

// A lane for each class that has fragments and a weight, in keyed order.
void Draw::add_class_lanes() {
  refuse_other_names();
  std::vector<std::size_t> wanted;
  for (std::size_t number = 0; number < pool_.left.size(); ++number) {
    if (pool_.left[number] > 0 && weight_of(number) > 0) wanted.push_back(number);
  }
  if (wanted.empty())
    throw Error(Errc::bad_input, where() + " holds no fragments of the classes whose weight is above 0");
  const std::vector<Share> all = divides() ? shares() : std::vector<Share>{};
  const std::string scope =
      divides() ? "part=" + std::to_string(spec_.part) + "|classes" : std::string("classes");
  const KeyedPermutation order(wanted.size(), key(scope));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::size_t number = wanted[order(i)];
    class_of_.push_back(number);
    weights_.push_back(weight_of(number));
    lanes_.push_back(divides() ? Lane::divided({all[number]}, {})
                               : Lane::scattered(pool_.by_class[number], key_ + scope_of(number)));
  }
}

void Draw::add_one_lane() {
  weights_.push_back(1);
  if (!divides()) {
    lanes_.push_back(Lane::scattered(pool_.all, key_ + "all"));
    return;
  }
  std::vector<Share> own = shares();
  std::uint64_t size = 0;
  for (const Share& share : own) size += share.size;
  std::optional<KeyedPermutation> mix;
  if (size > 0) mix.emplace(size, key("part=" + std::to_string(spec_.part) + "|all"));
  lanes_.push_back(Lane::divided(std::move(own), std::move(mix)));
}

// The part's share of each class, by its number. The classes' scattered fragments, one class behind the
// other, are dealt to the parts like cards, so that parts are equal within one, in each class and altogether.
std::vector<Share> Draw::shares() const {
  std::vector<Share> shares;
  std::uint64_t before = 0;  // modulo parts: to whom the class's first goes
  for (std::size_t number = 0; number < pool_.by_class.size(); ++number) {
    const IdSets& ids = pool_.by_class[number];
    const std::uint64_t size = ids.size();
    const std::uint64_t first =
        spec_.part >= before ? spec_.part - before : spec_.parts - (before - spec_.part);
    const KeyedPermutation order(std::max<std::uint64_t>(size, 1), key(scope_of(number)));
    shares.push_back(
        {ids, order, first, spec_.parts, first < size ? (size - first - 1) / spec_.parts + 1 : 0});
    before = (before + size % spec_.parts) % spec_.parts;
  }
  return shares;
}

// Of hybrid: each round the windows begin where those of the round before leave off what they drop.
void Draw::move_windows() {
  const std::vector<std::uint64_t> lengths = turns_.counts();
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    const std::uint64_t step =
        lengths[lane] - lengths[lane] / 1000 * spec_.keep - lengths[lane] % 1000 * spec_.keep / 1000;
    lanes_[lane].start_at(product_mod(spec_.round, step, lanes_[lane].size()));
  }
}

// The most positions that all lanes serve without starting over.
std::uint64_t Draw::limit() {
  if (!pool_.passed_over.empty()) return limit_passing_over();
  std::uint64_t limit = UINT64_MAX;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
    limit = std::min(limit, turns_.limit(lane, lanes_[lane].size()));
  return limit;
}

// The same once groups are passed over; where all lanes serve the count asked for, that count. Lists no more
// than twice of what is drawn.
std::uint64_t Draw::limit_passing_over() {
  std::uint64_t limit = UINT64_MAX;
  for (std::uint64_t wanted = spec_.count.value_or(kFirstLook);; wanted *= 2) {
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      if (lanes_[lane].pass_over(pool_.passed_over, turns_.needed(lane, wanted))) continue;
      if (lanes_[lane].size() == 0) fail_empty(lane);
      limit = std::min(limit, turns_.limit(lane, lanes_[lane].size()));
    }
    if (limit < UINT64_MAX) return limit;
    if (spec_.count) return wanted;
  }
}

SampleList Draw::list() {
  if (spec_.count) {
    turns_.lay(*spec_.count);
    if (spec_.policy == SamplePolicy::hybrid) move_windows();
  }
  const std::uint64_t most = limit();
  if (spec_.count.value_or(most) > most && spec_.repeats == Repeats::refuse) fail_limit(most);
  if (!spec_.count) turns_.lay(most);
  return {spec_.count.value_or(most), std::move(turns_), std::move(lanes_)};
}

std::string Draw::where() const {
  std::string text = describe_pool(spec_);
  if (spec_.holdout > 0) {
    text = spec_.side == SampleSide::test ? "the held-out groups of " + text
                                          : text + " without its held-out groups";
  }
  if (!divides()) return text;
  return "part " + std::to_string(spec_.part) + " of " + std::to_string(spec_.parts) + " (from 0) of " + text;
}

void Draw::fail_empty(std::size_t lane) const {
  const std::string what =
      class_of_.empty() ? "fragments" : "fragments of class \"" + classes_[class_of_[lane]] + "\"";
  throw Error(Errc::bad_input, where() + " holds no " + what + "; divide into fewer parts" +
                                   (class_of_.empty() ? "" : ", or draw with balance none"));
}

void Draw::fail_limit(std::uint64_t limit) const {
  std::string why = "it holds no more";
  if (!class_of_.empty()) {
    std::size_t least = 0;
    for (std::size_t lane = 1; lane < lanes_.size(); ++lane) {
      const auto served = turns_.limit(lane, lanes_[lane].size());
      if (served < turns_.limit(least, lanes_[least].size())) least = lane;
    }
    const std::string name = "\"" + classes_[class_of_[least]] + "\"";
    const std::string size = format_count(lanes_[least].size());
    why = spec_.balance == Balance::weighted
              ? "each class by its weight, and class " + name + " has " + size
              : "equal counts of each class, and its smallest class, " + name + ", has " + size;
  }
  throw Error(Errc::bad_input, format_count(*spec_.count) + " fragments of " + where() +
                                   " asked for, at most " + format_count(limit) +
                                   " can be given without repeats (" + why + ")");
}

}  // namespace frag
