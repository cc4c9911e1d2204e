#include "libfrag/dataset/catalog.h"

#include <algorithm>
#include <array>
#include <set>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/tables.h"

namespace frag {
namespace {

// train, val, test first, then the rest (folds) by number.
std::vector<std::string> ordered_splits(const std::vector<Source>& sources) {
  std::set<std::string> names;
  for (const Source& source : sources) names.insert(source.split);
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

Catalog::Catalog(std::string_view dataset_json, std::string_view sources_jsonl)
    : id_(sha256_hex(dataset_json)) {
  Tables tables = decode_tables(dataset_json, sources_jsonl);
  parent_ = std::move(tables.parent);
  recipe_ = std::move(tables.recipe);
  angles_ = std::move(tables.angles);
  classes_ = std::move(tables.classes);
  sources_ = std::move(tables.sources);
  splits_ = ordered_splits(sources_);
  lay_tilings();
}

void Catalog::lay_tilings() {
  const TilingSpec spec = recipe_.tiling();
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> known;
  tiling_of_.reserve(sources_.size());
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    const auto [entry, is_new] =
        known.try_emplace({source.width, source.height}, static_cast<std::uint32_t>(tilings_.size()));
    if (is_new) tilings_.emplace_back(source.width, source.height, angles_, spec);
    if (tilings_[entry->second].tiles() != source.fragments) {
      throw Error(Errc::bad_input, std::string(kSourcesFile) + ":" + std::to_string(i + 1) +
                                       ": \"fragments\" is " + std::to_string(source.fragments) +
                                       ", and the recipe gives " +
                                       std::to_string(tilings_[entry->second].tiles()));
    }
    tiling_of_.push_back(entry->second);
    fragments_ += source.fragments;
  }
}

std::uint32_t Catalog::source_of(FragmentId id) const {
  if (id >= fragments_) {
    throw Error(Errc::not_found, "fragment " + std::to_string(id) + " is not one of the " +
                                     std::to_string(fragments_) + " of this dataset");
  }
  const auto after = std::upper_bound(
      sources_.begin(), sources_.end(), id,
      [](FragmentId wanted, const Source& source) { return wanted < source.first_fragment; });
  // Sources without fragments share their first id with the next one; the last of them is the owner.
  return static_cast<std::uint32_t>(after - sources_.begin() - 1);
}

FragmentAddress Catalog::locate(FragmentId id) const {
  const std::uint32_t source = source_of(id);
  return {source, tiling(source).locate(id - sources_[source].first_fragment)};
}

const Tiling& Catalog::tiling(std::uint32_t source) const {
  return tilings_[tiling_of_[source]];
}

}  // namespace frag
