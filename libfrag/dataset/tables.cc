#include "libfrag/dataset/tables.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/source_rows.h"
#include "libfrag/image/render.h"

namespace frag {
namespace {

Json angles_json(const std::vector<Angle>& angles) {
  Json list = Json::array();
  for (const Angle& angle : angles) {
    list.push_back({{"degrees", angle.degrees()}, {"cos", angle.cosine}, {"sin", angle.sine}});
  }
  return list;
}

std::vector<Angle> angles_from(const Json& list) {
  std::vector<Angle> angles;
  for (const Json& entry : list) {
    const std::string what = "dataset.json: angles";
    const auto degrees = json_get<double>(entry, "degrees", what);
    if (!(degrees >= 0 && degrees < 360)) throw Error(Errc::bad_input, what + ": degrees outside 0 to 360");
    angles.push_back({static_cast<std::int32_t>(std::llround(degrees * 1000)),
                      json_get<std::int32_t>(entry, "cos", what),
                      json_get<std::int32_t>(entry, "sin", what)});
    // A hostile pair could send the renderer outside the source; a rounded one is off the circle by less than
    // this.
    const double length = std::hypot(angles.back().cosine, angles.back().sine) / static_cast<double>(kOne);
    if (std::abs(length - 1) > 1e-8)
      throw Error(Errc::bad_input, what + ": a cosine and sine that are not of one angle");
  }
  return angles;
}

Json digest_json(const TableDigest& digest) {
  return {{"bytes", digest.bytes}, {"sha256", digest.sha256}};
}

TableDigest digest_of(std::string_view bytes) {
  return {bytes.size(), sha256_hex(bytes)};
}

// A version that another program wrote.
void require_version(const Json& json, const char* key, int ours, const char* verb) {
  const auto theirs = json_get<int>(json, key, kDatasetFile);
  if (theirs == ours) return;
  throw Error(Errc::bad_input, std::string(kDatasetFile) + ": " + key + " version " + std::to_string(theirs) +
                                   ", and this program " + verb + " version " + std::to_string(ours));
}

// What dataset.json itself says; the tables it names come after.
Tables read_dataset(const Json& json) {
  const std::string what = kDatasetFile;
  require_version(json, "format", kFormatVersion, "reads");
  require_version(json, "renderer", kRendererVersion, "renders");
  Tables tables;
  const auto parent = json_get<Json>(json, "parent", what);
  tables.parent = parent.is_string() ? parent.get<std::string>() : "";
  tables.recipe = recipe_from_json(json_get<Json>(json, "recipe", what));
  tables.classes = json_get<std::vector<std::string>>(json, "classes", what);
  tables.angles = angles_from(json_get<Json>(json, "angles", what));
  tables.in_place = json_get_or<std::string>(json, "in_place", "", what);
  tables.stripped = json_get_or<bool>(json, "stripped", false, what);
  tables.anonymous = json_get_or<bool>(json, "anonymous", false, what);
  for (const Json& shard : json_get<Json>(json, "store", what)) {
    tables.shards.push_back({json_get<std::string>(shard, "file", what),
                             json_get<std::uint64_t>(shard, "bytes", what),
                             json_get<std::string>(shard, "sha256", what)});
    if (!is_shard_file(tables.shards.back().file))
      throw Error(Errc::bad_input, what + ": \"" + tables.shards.back().file + "\" is no file of a store");
  }
  return tables;
}

void require_digest(const Json& tables, const char* name, const std::string& digest) {
  const Json table = json_get<Json>(tables, name, kDatasetFile);
  if (json_get<std::string>(table, "sha256", kDatasetFile) == digest) return;
  throw Error(Errc::bad_input, std::string(name) + ": its digest is not the one that dataset.json names");
}

}  // namespace

std::string shard_file(std::uint32_t shard, const std::string& extension) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "store/%05u", shard);
  return name.data() + extension;
}

bool is_shard_file(std::string_view name) {
  return name.substr(0, 6) == "store/" && name.find('/', 6) == std::string_view::npos &&
         name.find("..") == std::string_view::npos && name.size() > 6;
}

std::string stored_name(std::uint64_t number, const std::string& extension) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%08llu", static_cast<unsigned long long>(number));
  return name.data() + extension;
}

void write_sources(const SourceTable& sources, const TextSink& sink) {
  for (std::size_t id = 0; id < sources.size(); ++id) sink(source_line(sources[id], id));
}

std::string encode_dataset(const Tables& tables, const TableDigest& sources, const TableDigest& labels) {
  Json store = Json::array();
  for (const Shard& shard : tables.shards)
    store.push_back({{"file", shard.file}, {"bytes", shard.bytes}, {"sha256", shard.sha256}});
  Json digests = {{kSourcesFile, digest_json(sources)}};
  if (!tables.labels->empty()) digests[kLabelsFile] = digest_json(labels);
  Json dataset = {
      {"format", kFormatVersion},
      {"renderer", kRendererVersion},
      {"parent", tables.parent.empty() ? Json(nullptr) : Json(tables.parent)},
      {"recipe", to_json(tables.recipe)},
      {"classes", tables.classes},
      {"angles", angles_json(tables.angles)},
      {"sources", tables.sources.size()},
      {"fragments", tables.sources.total_fragments()},
      {"tables", digests},
      {"store", store},
  };
  if (!tables.in_place.empty()) dataset["in_place"] = tables.in_place;
  if (tables.stripped) dataset["stripped"] = true;
  if (tables.anonymous) dataset["anonymous"] = true;
  return dataset.dump(1) + "\n";
}

std::string encode_sums(const std::string& dataset_json) {
  const Json json = parse_json(dataset_json, kDatasetFile);
  const Json tables = json_get<Json>(json, "tables", kDatasetFile);
  std::string sums = sha256_hex(dataset_json) + "  " + kDatasetFile + "\n";
  const auto add = [&sums](const Json& stated, const std::string& name) {
    sums += json_get<std::string>(stated, "sha256", kDatasetFile) + "  " + name + "\n";
  };
  for (const char* name : {kSourcesFile, kLabelsFile}) {
    if (tables.contains(name)) add(tables[name], name);
  }
  for (const Json& shard : json_get<Json>(json, "store", kDatasetFile))
    add(shard, json_get<std::string>(shard, "file", kDatasetFile));
  return sums;
}

MetadataFiles encode(const Tables& tables) {
  MetadataFiles files;
  write_sources(tables.sources, [&files](std::string_view line) { files.sources_jsonl += line; });
  files.labels = tables.labels->packed();
  const TableDigest sources = digest_of(files.sources_jsonl), labels = digest_of(files.labels);
  files.dataset_json = encode_dataset(tables, sources, labels);
  files.sha256sums = encode_sums(files.dataset_json);
  return files;
}

Tables decode_tables(std::string_view dataset_json, const TextSource& sources_jsonl,
                     std::string_view labels) {
  const std::string what = kDatasetFile;
  const Json json = parse_json(dataset_json, what);
  Tables tables = read_dataset(json);
  const Json digests = json_get<Json>(json, "tables", what);
  if (digests.is_object() && digests.contains(kLabelsFile)) {
    require_digest(digests, kLabelsFile, sha256_hex(labels));
    tables.labels = std::make_shared<LabelBits>(labels);
  }
  // The number may be a lie: room is made for no more than the bytes can hold.
  const auto count = json_get<std::uint64_t>(json, "sources", what);
  const auto bytes = json_get<std::uint64_t>(json_get<Json>(digests, kSourcesFile, what), "bytes", what);
  constexpr std::uint64_t kShortestRow = 250, kMostAtOnce = 4000000;
  tables.sources.reserve(std::min({count, bytes / kShortestRow, kMostAtOnce}));
  require_digest(digests, kSourcesFile, read_source_rows(sources_jsonl, tables));
  if (count != tables.sources.size())
    throw Error(Errc::bad_input, what + ": \"sources\" does not agree with the table");
  return tables;
}

Tables decode_tables(const MetadataFiles& files) {
  std::string_view rest = files.sources_jsonl;
  const auto read = [&rest](char* buffer, std::size_t capacity) {
    const std::size_t count = std::min(capacity, rest.size());
    if (count > 0) std::memcpy(buffer, rest.data(), count);
    rest.remove_prefix(count);
    return count;
  };
  return decode_tables(files.dataset_json, read, files.labels);
}

std::string labels_file_of(std::string_view dataset_json) {
  const Json tables = json_get<Json>(parse_json(dataset_json, kDatasetFile), "tables", kDatasetFile);
  return tables.is_object() && tables.contains(kLabelsFile) ? kLabelsFile : "";
}

}  // namespace frag
