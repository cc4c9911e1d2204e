#include "libfrag/cutting/check.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/image/metadata.h"
#include "libfrag/image/picture_hash.h"
#include "libfrag/split/hash_index.h"

namespace frag {
namespace {

// Below this likeness no crop is looked for: pictures of different things stay under it, copies cropped by up
// to 3 % above it.
constexpr int kAlignFrom = 350;

class Checker {
 public:
  Checker(const DatasetFolder& folder, const AuditOptions& options) : folder_(folder), options_(options) {
    for (const Source& source : folder.catalog().sources())
      items_.push_back({source.name, source.group, source.split, source.file.sha256, source.pixels});
  }

  AuditReport run() {
    hash_all();
    const std::vector<AlikePair> alike = find_alike();
    AuditReport report = audit_split(items_, folder_.catalog().splits(), alike);
    if (folder_.catalog().anonymous()) {  // its names are hashes, in which digits say nothing
      std::erase_if(report.warnings, [](const AuditWarning& one) { return one.kind == WarningKind::name; });
    }
    report.dataset = folder_.catalog().id();
    report.options = options_;
    report.symmetries = kSymmetries;
    report.hash_lookups = lookups_;
    report.candidates = candidates_;
    report.even = static_cast<std::uint64_t>(
        std::count_if(hashes_.begin(), hashes_.end(), [](const PictureHash& hash) { return hash.even; }));
    warn(report);
    return report;
  }

 private:
  // What a file says beside its pixels is asked once a file, of the first source that is in it.
  void hash_all() {
    std::set<std::string> files;
    std::vector<bool> first_in_file;
    for (const AuditItem& item : items_) first_in_file.push_back(files.insert(item.sha256).second);
    hashes_.resize(items_.size());
    metadata_.resize(items_.size());
    Progress progress("hash", items_.size(), "sources");
    oneapi::tbb::parallel_for(std::uint32_t{0}, static_cast<std::uint32_t>(items_.size()),
                              [&](std::uint32_t i) {
                                throw_if_stopped();
                                hashes_[i] = hash_picture(folder_.picture_of(i));
                                if (first_in_file[i]) metadata_[i] = read_metadata(folder_.read_source(i));
                                progress.add(1);
                              });
  }

  // Every source against all behind it in the table, each in the eight symmetries.
  std::vector<AlikePair> find_alike() {
    std::vector<std::uint64_t> words;
    for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
      if (hashes_[i].even) continue;
      searched_.push_back(i);
      words.push_back(hashes_[i].bits[0]);
    }
    const HashIndex index(words, options_.near_bits);
    std::vector<std::vector<AlikePair>> found(searched_.size());
    Progress progress("compare", searched_.size(), "pictures");
    oneapi::tbb::parallel_for(std::size_t{0}, searched_.size(), [&](std::size_t at) {
      throw_if_stopped();
      found[at] = find_alike_to(index, at);
      progress.add(1);
    });
    std::vector<AlikePair> all;
    for (const auto& pairs : found) all.insert(all.end(), pairs.begin(), pairs.end());
    return all;
  }

  struct Candidate {
    int likeness = 0;
    int symmetry = 0;
    int distance = 0;
  };

  std::vector<AlikePair> find_alike_to(const HashIndex& index, std::size_t at) {
    const std::uint32_t first = searched_[at];
    std::map<std::uint32_t, Candidate> best;  // by the other source
    std::uint64_t lookups = 0, candidates = 0;
    for (int symmetry = 0; symmetry < kSymmetries; ++symmetry) {
      const auto compare = [&](std::uint32_t position, int distance) {
        const std::uint32_t second = searched_[position];
        if (items_[first].pixels == items_[second].pixels) return;  // found by their digests
        ++candidates;
        const int alike = likeness(hashes_[first], hashes_[second], symmetry);
        const auto [entry, is_new] = best.try_emplace(second, Candidate{alike, symmetry, distance});
        if (!is_new && alike > entry->second.likeness) entry->second = {alike, symmetry, distance};
      };
      lookups += index.find(hashes_[first].bits[symmetry], static_cast<std::int64_t>(at), compare);
    }
    lookups_ += lookups;
    candidates_ += candidates;
    std::vector<AlikePair> pairs;
    for (const auto& [second, candidate] : best) {
      const int alike = settle(hashes_[first], hashes_[second], candidate);
      if (alike >= wanted(hashes_[first], hashes_[second])) {
        pairs.push_back({first, second, alike, candidate.distance, name_of_symmetry(candidate.symmetry)});
      }
    }
    return pairs;
  }

  static bool are_small(const PictureHash& one, const PictureHash& other) {
    return std::min(one.shorter_edge, other.shorter_edge) < kSmallEdge;
  }
  int wanted(const PictureHash& one, const PictureHash& other) const {
    return are_small(one, other) ? std::max(options_.likeness, kSmallLikeness) : options_.likeness;
  }

  // The likeness that counts: where the plain one leaves it open, the one after a crop was looked for. Of a
  // picture smaller than its thumbnail a crop would be a guess.
  int settle(const PictureHash& first, const PictureHash& second, const Candidate& candidate) const {
    const bool open = candidate.likeness >= kAlignFrom && candidate.likeness < options_.likeness;
    if (!open || are_small(first, second)) return candidate.likeness;
    return aligned_likeness(first, second, candidate.symmetry);
  }

  void warn(AuditReport& report) const {
    const auto add = [&](WarningKind kind, std::uint32_t source, const std::vector<std::string>& what) {
      if (!what.empty()) report.warnings.push_back({kind, items_[source].name, join(what, ", ")});
    };
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
      add(WarningKind::location, i, metadata_[i].location);
      add(WarningKind::owner, i, metadata_[i].owner);
      add(WarningKind::date, i, metadata_[i].date);
      add(WarningKind::slide_image, i, metadata_[i].slide_images);
      if (hashes_[i].even) add(WarningKind::even, i, {"too even to compare but by its pixels' digest"});
    }
    std::stable_sort(report.warnings.begin(), report.warnings.end(),
                     [](const AuditWarning& a, const AuditWarning& b) { return a.kind < b.kind; });
  }

  const DatasetFolder& folder_;
  const AuditOptions options_;
  std::vector<AuditItem> items_;
  std::vector<PictureHash> hashes_;      // by source
  std::vector<FileMetadata> metadata_;   // by source; empty for all but the first of a file
  std::vector<std::uint32_t> searched_;  // sources that have something to compare
  std::atomic<std::uint64_t> lookups_{0}, candidates_{0};
};

}  // namespace

AuditReport check(const DatasetFolder& folder, const AuditOptions& options) {
  if (options.near_bits < 0 || options.near_bits > 64)
    throw Error(Errc::usage, std::to_string(options.near_bits) + " bits: a hash has 0 to 64");
  if (options.likeness < 1 || options.likeness > 1000)
    throw Error(Errc::usage, "likeness " + format_fixed(options.likeness / 1000.0, 3) +
                                 ": it is above 0 and at most 1, for example 0.7");
  return Checker(folder, options).run();
}

}  // namespace frag
