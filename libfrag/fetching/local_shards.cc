#include "libfrag/fetching/local_shards.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "libfrag/archive/brace_pattern.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTar = ".tar";

std::vector<fs::path> tars_in(const fs::path& folder) {
  std::vector<fs::path> tars;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().extension() == kTar) tars.push_back(entry->path());
  }
  if (failure) throw Error(Errc::io, "list " + folder.string() + ": " + failure.message());
  return tars;
}

// The first word of "imagenet-val-000017" that names a split.
std::string split_of_name(const std::string& stem) {
  std::string words = stem;
  for (char& letter : words) {
    if (letter == '_' || letter == '.') letter = '-';
  }
  for (const std::string& word : split_text(words, '-')) {
    if (std::string split = usual_split(word); !split.empty()) return split;
  }
  return "";
}

using Packs = std::vector<std::shared_ptr<const PackManifest>>;

class Finder {
 public:
  void add(const std::string& place) {
    if (fs::is_directory(place)) {
      add_folder(place);
    } else {
      for (const std::string& name : expand_braces(place)) add_tar(name);
    }
  }

  std::vector<LocalShard> found() {
    const auto by_name = [](const LocalShard& a, const LocalShard& b) {
      return std::pair(a.tar.filename(), a.tar) < std::pair(b.tar.filename(), b.tar);
    };
    std::sort(shards_.begin(), shards_.end(), by_name);
    for (const LocalShard& shard : shards_) require_one_export(shards_.front(), shard);
    return std::move(shards_);
  }

 private:
  void add_folder(const fs::path& folder) {
    std::vector<fs::path> tars;
    for (const auto& pack : packs_in(folder)) {
      for (const auto& [split, shard] : pack->shards) tars.push_back(folder / shard.tar.file);
    }
    if (tars.empty()) tars = tars_in(folder);
    for (const fs::path& tar : tars) add_tar(tar);
  }

  void add_tar(const fs::path& tar) {
    if (tar.extension() != kTar) {
      throw Error(Errc::usage, tar.string() +
                                   ": fragments are read at random from tars that are not compressed; "
                                   "unpack it (gunzip) to a name that ends with .tar");
    }
    if (!fs::exists(tar)) throw Error(Errc::not_found, tar.string() + ": there is no such tar");
    if (!names_.insert(fs::weakly_canonical(tar)).second)
      throw Error(Errc::usage, tar.string() + " is named twice");
    const fs::path index = tar.parent_path() / shard_index_name(tar.stem().string());
    LocalShard shard{tar, fs::exists(index) ? index : fs::path(), split_of_name(tar.stem().string()), {}, {}};
    for (const auto& pack : packs_in(tar.parent_path())) {
      for (const auto& [split, stated] : pack->shards) {
        if (stated.tar.file != tar.filename()) continue;
        shard.split = split;
        shard.pack = pack;
        shard.stated = &stated;
      }
    }
    shards_.push_back(std::move(shard));
  }

  // The exports of tars that a folder holds.
  const Packs& packs_in(const fs::path& folder) {
    const auto [known, is_new] = packs_.try_emplace(folder);
    if (!is_new) return known->second;
    for (const fs::path& path : find_manifests(folder.empty() ? "." : folder)) {
      auto pack = std::make_shared<PackManifest>(decode_pack_manifest(read_file(path), path.string()));
      if (pack->recipe.layout != PackLayout::webdataset) continue;
      if (!pack->complete) {
        throw Error(Errc::refused,
                    path.string() + ": the export is unfinished; the same frag pack again finishes it");
      }
      known->second.push_back(std::move(pack));
    }
    return known->second;
  }

  static void require_one_export(const LocalShard& first, const LocalShard& shard) {
    const auto dataset = [](const LocalShard& one) { return one.pack ? one.pack->recipe.dataset : ""; };
    if (dataset(first) == dataset(shard)) return;
    const auto origin = [&](const LocalShard& one) {
      return one.tar.string() +
             (one.pack ? " is of dataset " + dataset(one).substr(0, 12) : " is of no export of frag pack");
    };
    throw Error(Errc::refused, origin(first) + ", and " + origin(shard) +
                                   ": what their classes and groups are called does not go together");
  }

  std::vector<LocalShard> shards_;
  std::set<fs::path> names_;
  std::map<fs::path, Packs> packs_;
};

}  // namespace

bool names_shards(const std::string& place) {
  std::error_code ignored;
  if (fs::is_directory(place, ignored))
    return !fs::exists(fs::path(place) / kDatasetFile, ignored) && !tars_in(place).empty();
  return place.ends_with(kTar) || place.ends_with(".tar.gz") || place.ends_with(".tgz");
}

std::vector<LocalShard> find_shards(const std::vector<std::string>& places) {
  Finder finder;
  for (const std::string& place : places) finder.add(place);
  return finder.found();
}

std::string usual_split(std::string_view name) {
  std::string lower(name);
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  if (lower == "train" || lower == "training") return "train";
  if (lower == "val" || lower == "valid" || lower == "validation") return "val";
  if (lower == "test") return "test";
  const bool fold = lower.starts_with("fold") && parse_integer(lower.substr(4)).value_or(-1) >= 0;
  return fold ? lower : "";
}

}  // namespace frag
