#include "libfrag/dataset/catalog.h"

#include <algorithm>
#include <map>
#include <set>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

// train, val, test first, then the rest (folds) by number.
std::vector<std::string> ordered_splits(const SourceTable& sources) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < sources.size(); ++i) names.insert(sources.split(i));
  std::vector<std::string> ordered;
  for (const char* known : {"train", "val", "test"}) {
    if (names.erase(known) != 0) ordered.emplace_back(known);
  }
  std::vector<std::string> rest(names.begin(), names.end());
  std::stable_sort(rest.begin(), rest.end(),
                   [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  ordered.insert(ordered.end(), rest.begin(), rest.end());
  return ordered;
}

}  // namespace

Catalog::Catalog(std::string id, Tables tables)
    : id_(std::move(id)), tables_(std::move(tables)), splits_(ordered_splits(tables_.sources)) {
  lay_tilings();
  for (std::uint32_t i = 0; i < tables_.sources.size(); ++i) {
    for (const ClassRun& run : runs(i)) kept_ += run.count;
  }
}

Catalog::Catalog(const MetadataFiles& files)
    : Catalog(sha256_hex(files.dataset_json), decode_tables(files)) {}

void Catalog::lay_tilings() {
  const TilingSpec spec = tables_.recipe.tiling();
  const SourceTable& sources = tables_.sources;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> known;
  tiling_of_.reserve(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::int64_t width = sources.width(i), height = sources.height(i);
    const auto [entry, is_new] =
        known.try_emplace({width, height}, static_cast<std::uint32_t>(tilings_.size()));
    if (is_new) tilings_.emplace_back(width, height, tables_.angles, spec);
    if (tilings_[entry->second].tiles() != sources.fragments(i)) {
      throw Error(Errc::bad_input, std::string(kSourcesFile) + ":" + std::to_string(i + 1) +
                                       ": \"fragments\" is " + std::to_string(sources.fragments(i)) +
                                       ", and the recipe gives " +
                                       std::to_string(tilings_[entry->second].tiles()));
    }
    tiling_of_.push_back(entry->second);
  }
}

std::uint32_t Catalog::source_of(FragmentId id) const {
  if (id >= fragments()) {
    throw Error(Errc::not_found, "fragment " + std::to_string(id) + " is not one of the " +
                                     std::to_string(fragments()) + " of this dataset");
  }
  return tables_.sources.source_of(id);
}

FragmentAddress Catalog::locate(FragmentId id) const {
  const std::uint32_t source = source_of(id);
  return {source, tiling(source).locate(id - tables_.sources.first_fragment(source))};
}

std::optional<std::uint32_t> Catalog::class_of(FragmentId id) const {
  const std::uint32_t source = source_of(id);
  const SourceTable& sources = tables_.sources;
  const std::vector<KeptClass> kept = sources.kept(source);
  if (kept.empty()) {
    if (sources.class_number(source) == kNoClass) return std::nullopt;
    return sources.class_number(source);
  }
  for (const KeptClass& entry : kept) {
    const FragmentBits bits = tables_.labels->view(entry.offset, sources.fragments(source));
    if (bits.test(id - sources.first_fragment(source))) return entry.class_number;
  }
  return std::nullopt;
}

std::string Catalog::class_name(FragmentId id) const {
  const auto number = class_of(id);
  return number ? classes()[*number] : "";
}

std::vector<ClassRun> Catalog::runs(std::uint32_t source) const {
  const SourceTable& sources = tables_.sources;
  const FragmentId first = sources.first_fragment(source);
  const std::uint64_t all = sources.fragments(source);
  const std::vector<KeptClass> kept = sources.kept(source);
  if (kept.empty()) {
    if (sources.class_number(source) == kNoClass) return {};
    return {{sources.class_number(source), first, all, std::nullopt}};
  }
  std::vector<ClassRun> runs;
  for (const KeptClass& entry : kept)
    runs.push_back({entry.class_number, first, entry.count, tables_.labels->view(entry.offset, all)});
  return runs;
}

}  // namespace frag
