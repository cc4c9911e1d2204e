#include "libfrag/cutting/pack_order.h"

#include <algorithm>
#include <map>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

constexpr std::uint64_t kMaxParts = 99999;

// The fragments of one class that one source gives to a split, and what it costs to have the source decoded.
struct Run {
  IdRange ids;
  std::uint32_t class_number = 0;  // what the order of sources is mixed by
  std::uint64_t bytes = 0;
};

// The one place that says which fragments a split holds.
std::vector<Run> runs_of(const Catalog& catalog, const std::string& split) {
  std::vector<Run> runs;
  const SourceTable& sources = catalog.sources();
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    if (sources.split(i) != split) continue;
    for (const ClassRun& run : catalog.runs(i)) {
      if (run.count == 0) continue;
      runs.push_back({{run.first, run.count, run.bits}, run.class_number, sources.pixel_bytes(i)});
    }
  }
  return runs;
}

std::uint64_t key_of(const PackSelection& selection, const std::string& scope) {
  return sha256_word("libfrag/pack/1|split=" + selection.split + "|seed=" + std::to_string(selection.seed) +
                     "|" + scope);
}

// floor(n i / parts), without overflow: where part i + 1 begins among n.
std::uint64_t scaled(std::uint64_t n, std::uint64_t i, std::uint64_t parts) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(n) * i / parts);
}

// The runs in an order in which every class is spread evenly: within a class by a keyed permutation, and the
// j-th of a class's n at place (2j + 1) / 2n of the whole.
std::vector<Run> mixed(const std::vector<Run>& runs, const PackSelection& selection) {
  struct Place {
    std::uint64_t over = 1, under = 1;  // the place as a fraction
    const Run* run = nullptr;
  };
  std::map<std::uint32_t, std::vector<const Run*>> by_class;
  for (const Run& run : runs) by_class[run.class_number].push_back(&run);
  std::vector<Place> places;
  for (const auto& [number, members] : by_class) {
    const KeyedPermutation order(members.size(),
                                 key_of(selection, "sources|class=" + std::to_string(number)));
    for (std::uint64_t j = 0; j < members.size(); ++j)
      places.push_back({2 * j + 1, 2 * members.size(), members[order(j)]});
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.over * b.under < b.over * a.under; });
  std::vector<Run> out;
  out.reserve(places.size());
  for (const Place& place : places) out.push_back(*place.run);
  return out;
}

// The part's share: fragments [n(i-1)/parts, n i/parts) of the runs one behind the other.
std::vector<Run> share_of(const std::vector<Run>& runs, const PackPart& part) {
  std::uint64_t total = 0;
  for (const Run& run : runs) total += run.ids.count;
  const std::uint64_t begin = scaled(total, part.number - 1, part.count);
  const std::uint64_t end = scaled(total, part.number, part.count);
  std::vector<Run> share;
  std::uint64_t at = 0;
  for (Run run : runs) {
    const std::uint64_t first = std::max(begin, at), last = std::min(end, at + run.ids.count);
    if (first < last) {
      const std::uint64_t skipped = first - at;
      at += run.ids.count;
      run.ids = run.ids.part(skipped, last - first);
      share.push_back(run);
    } else {
      at += run.ids.count;
    }
  }
  return share;
}

// Neighbouring runs as windows: as many as the bound on bytes needs, and those equally large, because a short
// last window would mix little. A run belongs to the window in which the middle of its bytes falls.
std::vector<std::vector<Run>> windows_of(const std::vector<Run>& runs, std::uint64_t limit) {
  std::uint64_t total = 0;
  for (const Run& run : runs) total += run.bytes;
  const std::uint64_t count = std::max<std::uint64_t>(1, (total + limit - 1) / limit);
  std::vector<std::vector<Run>> windows;
  std::uint64_t before = 0, last = 0;
  for (const Run& run : runs) {
    const std::uint64_t number = scaled(before + run.bytes / 2, count, total);
    if (windows.empty() || number != last) windows.emplace_back();
    windows.back().push_back(run);
    last = number;
    before += run.bytes;
  }
  return windows;
}

}  // namespace

PackPart parse_part(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto number = parse_integer(text.substr(0, slash)), count = parse_integer(text.substr(slash + 1));
    if (number && count && *number >= 1 && *number <= *count &&
        *count <= static_cast<std::int64_t>(kMaxParts)) {
      return {static_cast<std::uint64_t>(*number), static_cast<std::uint64_t>(*count)};
    }
  }
  throw Error(Errc::usage, "part \"" + std::string(text) + "\" is not i/n with 1 <= i <= n <= " +
                               std::to_string(kMaxParts) + ", for example 1/8");
}

PackOrder::PackOrder(const Catalog& catalog, const Sampler& sampler, const PackSelection& selection) {
  if (selection.count) {
    SampleSpec spec;
    spec.split = selection.split;
    spec.count = selection.count;
    spec.seed = selection.seed;
    drawn_ = sampler.draw(spec);
    drawn_first_ = scaled(drawn_->size(), selection.part.number - 1, selection.part.count);
    size_ = scaled(drawn_->size(), selection.part.number, selection.part.count) - drawn_first_;
    for (const Run& run : runs_of(catalog, selection.split)) window_bytes_ += run.bytes;
    return;
  }
  if (selection.window_bytes == 0) throw Error(Errc::internal, "a window of no bytes");
  if (sampler.fragments(selection.split) == 0) {
    throw Error(Errc::not_found, "there is no split \"" + selection.split + "\"; this dataset has " +
                                     join(catalog.splits(), ", "));
  }
  lay_windows(catalog, selection);
}

PackOrder::PackOrder(const Catalog& catalog, SampleList drawn)
    : size_(drawn.size()), drawn_(std::move(drawn)) {
  std::vector<bool> counted(catalog.sources().size(), false);
  for (std::uint64_t position = 0; position < size_; ++position) {
    const std::uint32_t source = catalog.source_of(drawn_->at(position));
    if (!counted[source]) window_bytes_ += catalog.sources().pixel_bytes(source);
    counted[source] = true;
  }
}

void PackOrder::lay_windows(const Catalog& catalog, const PackSelection& selection) {
  const bool shuffled = selection.sequence == PackSequence::shuffled;
  const std::vector<Run> all = runs_of(catalog, selection.split);
  const std::vector<Run> share = share_of(shuffled ? mixed(all, selection) : all, selection.part);
  for (const std::vector<Run>& runs : windows_of(share, selection.window_bytes)) {
    std::vector<IdRange> ids;
    std::uint64_t bytes = 0;
    for (const Run& run : runs) {
      ids.push_back(run.ids);
      bytes += run.bytes;
    }
    Window window;
    window.ids = IdSet(ids);
    size_ += window.ids.size();
    window.end = size_;
    window_bytes_ = std::max(window_bytes_, bytes);
    if (shuffled) {
      const std::string scope = "part=" + std::to_string(selection.part.number) + "/" +
                                std::to_string(selection.part.count) +
                                "|window=" + std::to_string(windows_.size());
      window.order.emplace(window.ids.size(), key_of(selection, scope));
    }
    windows_.push_back(std::move(window));
  }
}

FragmentId PackOrder::at(std::uint64_t position) const {
  if (drawn_) return drawn_->at(drawn_first_ + position);
  const auto window =
      std::upper_bound(windows_.begin(), windows_.end(), position,
                       [](std::uint64_t wanted, const Window& one) { return wanted < one.end; });
  const std::uint64_t index = position - (window->end - window->ids.size());
  return window->ids[window->order ? (*window->order)(index) : index];
}

std::uint64_t PackOrder::window_end(std::uint64_t position) const {
  if (drawn_) return size_;
  return std::upper_bound(windows_.begin(), windows_.end(), position,
                          [](std::uint64_t wanted, const Window& one) { return wanted < one.end; })
      ->end;
}

}  // namespace frag
