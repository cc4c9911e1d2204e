#include "libfrag/cutting/pack_manifest.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

Json to_json(const StatedFile& file) {
  return {{"file", file.file}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

StatedFile stated_file(const Json& json, const std::string& what) {
  StatedFile file{json_get<std::string>(json, "file", what), json_get<std::uint64_t>(json, "bytes", what),
                  json_get<std::string>(json, "sha256", what)};
  // What a manifest names is opened: it must lie beside it.
  const std::filesystem::path path(file.file);
  if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end() || file.file.empty())
    throw Error(Errc::bad_input, what + ": file name \"" + file.file + "\" leads out of the folder");
  return file;
}

Json to_json(const PackRecipe& recipe) {
  Json json = {{"dataset", recipe.dataset}, {"layout", name_of(recipe.layout)}};
  if (recipe.layout != PackLayout::coordinates) json["format"] = name_of(recipe.format);
  if (recipe.format == SampleFormat::jpg) json["quality"] = recipe.quality;
  json["splits"] = recipe.splits;
  json["count"] = recipe.count ? Json(*recipe.count) : Json(nullptr);
  json["seed"] = recipe.seed;
  json["parts"] = recipe.parts;
  json["window_bytes"] = recipe.window_bytes;
  json["shard_bytes"] = recipe.shard_bytes;
  json["shard_fragments"] = recipe.shard_fragments;
  return json;
}

PackRecipe recipe_from(const Json& json, const std::string& what) {
  PackRecipe recipe;
  recipe.dataset = json_get<std::string>(json, "dataset", what);
  try {
    recipe.layout = parse_pack_layout(json_get<std::string>(json, "layout", what));
    recipe.format = parse_sample_format(json_get_or<std::string>(json, "format", "png", what));
  } catch (const Error& error) {
    throw Error(Errc::bad_input, what + ": " + error.what());
  }
  recipe.quality = json_get_or<int>(json, "quality", kSampleJpegQuality, what);
  recipe.splits = json_get<std::vector<std::string>>(json, "splits", what);
  const Json count = json_get<Json>(json, "count", what);
  if (!count.is_null()) recipe.count = json_get<std::uint64_t>(json, "count", what);
  recipe.seed = json_get<std::uint64_t>(json, "seed", what);
  recipe.parts = json_get<std::uint64_t>(json, "parts", what);
  recipe.window_bytes = json_get<std::uint64_t>(json, "window_bytes", what);
  recipe.shard_bytes = json_get<std::uint64_t>(json, "shard_bytes", what);
  recipe.shard_fragments = json_get<std::uint64_t>(json, "shard_fragments", what);
  return recipe;
}

Json shard_json(const std::string& split, const ShardSummary& shard) {
  return {{"split", split},
          {"file", shard.tar.file},
          {"bytes", shard.tar.bytes},
          {"sha256", shard.tar.sha256},
          {"index", to_json(shard.index)},
          {"fragments", shard.fragments},
          {"by_class", shard.by_class}};
}

ShardSummary shard_from(const Json& json, const std::string& what) {
  return {stated_file(json, what), stated_file(json_get<Json>(json, "index", what), what),
          json_get<std::uint64_t>(json, "fragments", what),
          json_get<std::vector<std::uint64_t>>(json, "by_class", what)};
}

std::string lower(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

const char* name_of(PackLayout layout) {
  switch (layout) {
    case PackLayout::webdataset:
      return "webdataset";
    case PackLayout::imagefolder:
      return "imagefolder";
    case PackLayout::coordinates:
      return "coordinates";
  }
  return "";
}

PackLayout parse_pack_layout(std::string_view name) {
  for (const PackLayout layout : {PackLayout::webdataset, PackLayout::imagefolder, PackLayout::coordinates}) {
    if (name == name_of(layout)) return layout;
  }
  throw Error(Errc::usage, "layout " + is_none_of(name, {"webdataset", "imagefolder", "coordinates"}));
}

std::string encode(const PackManifest& manifest) {
  Json splits = Json::array(), shards = Json::array(), tables = Json::array();
  for (const PackedSplit& split : manifest.splits) {
    splits.push_back({{"name", split.name}, {"fragments", split.fragments}, {"written", split.written}});
    if (split.table_bytes > 0) splits.back()["table_bytes"] = split.table_bytes;
  }
  for (const auto& [split, shard] : manifest.shards) shards.push_back(shard_json(split, shard));
  for (const auto& [split, table] : manifest.tables) {
    Json entry = {{"split", split}};
    entry.update(to_json(table));
    tables.push_back(std::move(entry));
  }
  Json json = {{"pack", kPackVersion},        {"recipe", to_json(manifest.recipe)}, {"part", manifest.part},
               {"classes", manifest.classes}, {"complete", manifest.complete},      {"splits", splits}};
  if (!manifest.shards.empty()) json["shards"] = std::move(shards);
  if (!manifest.tables.empty()) json["tables"] = std::move(tables);
  return json.dump(1) + "\n";
}

PackManifest decode_pack_manifest(std::string_view text, const std::string& name) {
  const Json json = parse_json(text, name);
  const auto version = json_get<int>(json, "pack", name);
  if (version != kPackVersion) {
    throw Error(Errc::bad_input, name + ": pack format " + std::to_string(version) +
                                     ", and this program reads format " + std::to_string(kPackVersion));
  }
  PackManifest manifest;
  manifest.recipe = recipe_from(json_get<Json>(json, "recipe", name), name + ": recipe");
  manifest.part = json_get<std::uint64_t>(json, "part", name);
  if (manifest.part < 1 || manifest.part > manifest.recipe.parts)
    throw Error(Errc::bad_input, name + ": \"part\" is not one of its recipe's \"parts\"");
  manifest.classes = json_get<std::vector<std::string>>(json, "classes", name);
  manifest.complete = json_get<bool>(json, "complete", name);
  for (const Json& split : json_get<Json>(json, "splits", name)) {
    const std::string what = name + ": splits";
    manifest.splits.push_back({json_get<std::string>(split, "name", what),
                               json_get<std::uint64_t>(split, "fragments", what),
                               json_get<std::uint64_t>(split, "written", what),
                               json_get_or<std::uint64_t>(split, "table_bytes", 0, what)});
  }
  for (const Json& shard : json_get_or<Json>(json, "shards", Json::array(), name)) {
    const std::string what = name + ": shards";
    manifest.shards.emplace_back(json_get<std::string>(shard, "split", what), shard_from(shard, what));
  }
  for (const Json& table : json_get_or<Json>(json, "tables", Json::array(), name)) {
    const std::string what = name + ": tables";
    manifest.tables.emplace_back(json_get<std::string>(table, "split", what), stated_file(table, what));
  }
  return manifest;
}

std::string part_suffix(std::uint64_t part, std::uint64_t parts) {
  if (parts == 1) return "";
  const std::string last = std::to_string(parts), number = std::to_string(part);
  return "-" + std::string(last.size() - number.size(), '0') + number + "of" + last;
}

std::string manifest_name(std::uint64_t part, std::uint64_t parts) {
  return "pack" + part_suffix(part, parts) + ".json";
}

std::string sums_name(std::uint64_t part, std::uint64_t parts) {
  return "SHA256SUMS" + part_suffix(part, parts);
}

std::vector<std::filesystem::path> find_manifests(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    const bool part = name.substr(0, 5) == "pack-" && entry->path().extension() == ".json";
    if (name == "pack.json" || part) found.push_back(entry->path());
  }
  if (failure) throw Error(Errc::io, "list " + folder.string() + ": " + failure.message());
  std::sort(found.begin(), found.end());
  return found;
}

std::string pack_sums(const PackManifest& manifest) {
  std::string sums;
  const auto add = [&sums](const std::string& digest, const std::string& file) {
    sums += digest + "  " + file + "\n";
  };
  add(sha256_hex(encode(manifest)), manifest_name(manifest.part, manifest.recipe.parts));
  for (const auto& [split, shard] : manifest.shards) {
    add(shard.tar.sha256, shard.tar.file);
    add(shard.index.sha256, shard.index.file);
  }
  for (const auto& [split, table] : manifest.tables) add(table.sha256, table.file);
  return sums;
}

std::string safe_file_name(const std::string& name) {
  std::string safe;
  for (const char letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool stays =
        byte >= 0x80 || std::isalnum(byte) != 0 || letter == '-' || letter == '_' || letter == '.';
    safe.push_back(stays ? letter : '_');
  }
  if (safe.empty()) return "_";
  if (safe.front() == '.') safe.front() = '_';
  if (safe.back() == '.') safe.back() = '_';
  return safe;
}

std::vector<std::string> safe_file_names(const std::vector<std::string>& names, const std::string& what) {
  std::map<std::string, std::string> taken;
  std::vector<std::string> safe;
  for (const std::string& name : names) {
    safe.push_back(safe_file_name(name));
    const auto [other, is_new] = taken.emplace(lower(safe.back()), name);
    if (!is_new) {
      throw Error(Errc::bad_input, "the " + what + " \"" + other->second + "\" and \"" + name +
                                       "\" would share the name " + safe.back() +
                                       "; rename one, or export with --layout coordinates");
    }
  }
  return safe;
}

}  // namespace frag
