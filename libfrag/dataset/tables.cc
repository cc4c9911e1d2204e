#include "libfrag/dataset/tables.h"

#include <simdjson.h>

#include <array>
#include <cstdio>
#include <map>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/layout.h"
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

Json source_json(const Source& source, std::size_t id) {
  return {{"id", id},
          {"name", source.name},
          {"class", source.class_number},
          {"group", source.group},
          {"split", source.split},
          {"width", source.width},
          {"height", source.height},
          {"channels", source.channels},
          {"file", source.file},
          {"shard", source.shard},
          {"offset", source.offset},
          {"bytes", source.bytes},
          {"sha256", source.sha256},
          {"pixels", source.pixels},
          {"first_fragment", source.first_fragment},
          {"fragments", source.fragments}};
}

// One row by simdjson: a table may have a million of them. Keys may come in any order; a missing one throws.
Source source_from(simdjson::ondemand::document_reference row, std::size_t expected_id) {
  Source source;
  const auto text = [&row](const char* key) { return std::string(std::string_view(row[key])); };
  if (std::uint64_t(row["id"]) != expected_id)
    throw Error(Errc::bad_input, "\"id\" is not " + std::to_string(expected_id));
  source.name = text("name");
  source.class_number = static_cast<std::uint32_t>(std::uint64_t(row["class"]));
  source.group = text("group");
  source.split = text("split");
  source.width = std::int64_t(row["width"]);
  source.height = std::int64_t(row["height"]);
  source.channels = std::int64_t(row["channels"]);
  source.file = text("file");
  source.shard = static_cast<std::uint32_t>(std::uint64_t(row["shard"]));
  source.offset = std::uint64_t(row["offset"]);
  source.bytes = std::uint64_t(row["bytes"]);
  source.sha256 = text("sha256");
  source.pixels = text("pixels");
  source.first_fragment = std::uint64_t(row["first_fragment"]);
  source.fragments = std::uint64_t(row["fragments"]);
  return source;
}

void check_source(const Source& source, const Tables& tables) {
  if (source.class_number >= tables.classes.size()) throw Error(Errc::bad_input, "\"class\" has no name");
  if (source.channels != 1 && source.channels != 3)
    throw Error(Errc::bad_input, "\"channels\" is neither 1 nor 3");
  if (source.width < 1 || source.height < 1 || source.width > kMaxEdge || source.height > kMaxEdge) {
    throw Error(Errc::bad_input, "\"width\" or \"height\" is out of range");
  }
  if (source.shard >= tables.shards.size() || source.bytes > tables.shards[source.shard].bytes ||
      source.offset > tables.shards[source.shard].bytes - source.bytes) {
    throw Error(Errc::bad_input, "\"shard\", \"offset\" and \"bytes\" lie outside the store");
  }
  if (source.split.empty()) throw Error(Errc::bad_input, "\"split\" is empty");
}

void read_sources(std::string_view jsonl, Tables& tables) {
  const simdjson::padded_string padded(jsonl);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream rows;
  FragmentId next = 0;
  const auto fail = [&tables](const std::string& why) {
    throw Error(Errc::bad_input,
                std::string(kSourcesFile) + ":" + std::to_string(tables.sources.size() + 1) + ": " + why);
  };
  try {
    rows = parser.iterate_many(padded, std::max<std::size_t>(jsonl.size(), 1) + 64);
    for (auto row : rows) {
      Source source = source_from(row.value(), tables.sources.size());
      check_source(source, tables);
      if (source.first_fragment != next) fail("\"first_fragment\" does not follow the row before");
      next += source.fragments;
      tables.sources.push_back(std::move(source));
    }
  } catch (const simdjson::simdjson_error& error) {
    fail(error.what());
  } catch (const Error& error) {
    if (std::string_view(error.what()).substr(0, 13) == kSourcesFile) throw;
    fail(error.what());
  }
}

}  // namespace

std::string shard_file(std::uint32_t shard) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "store/%05u.tar", shard);
  return name.data();
}

std::string stored_name(std::uint64_t number, const std::string& extension) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%08llu", static_cast<unsigned long long>(number));
  return name.data() + extension;
}

MetadataFiles encode(const Tables& tables) {
  MetadataFiles files;
  std::uint64_t fragments = 0;
  for (std::size_t id = 0; id < tables.sources.size(); ++id) {
    files.sources_jsonl += source_json(tables.sources[id], id).dump() + "\n";
    fragments += tables.sources[id].fragments;
  }
  Json store = Json::array();
  for (std::uint32_t i = 0; i < tables.shards.size(); ++i) {
    const Shard& shard = tables.shards[i];
    store.push_back({{"file", shard_file(i)}, {"bytes", shard.bytes}, {"sha256", shard.sha256}});
  }
  const std::string table_digest = sha256_hex(files.sources_jsonl);
  const Json dataset = {
      {"format", kFormatVersion},
      {"renderer", kRendererVersion},
      {"parent", tables.parent.empty() ? Json(nullptr) : Json(tables.parent)},
      {"recipe", to_json(tables.recipe)},
      {"classes", tables.classes},
      {"angles", angles_json(tables.angles)},
      {"sources", tables.sources.size()},
      {"fragments", fragments},
      {"tables", {{kSourcesFile, {{"bytes", files.sources_jsonl.size()}, {"sha256", table_digest}}}}},
      {"store", store},
  };
  files.dataset_json = dataset.dump(1) + "\n";

  const auto sum = [&files](const std::string& digest, const std::string& name) {
    files.sha256sums += digest + "  " + name + "\n";
  };
  sum(sha256_hex(files.dataset_json), kDatasetFile);
  sum(table_digest, kSourcesFile);
  for (std::uint32_t i = 0; i < tables.shards.size(); ++i) sum(tables.shards[i].sha256, shard_file(i));
  return files;
}

Tables decode_tables(std::string_view dataset_json, std::string_view sources_jsonl) {
  const std::string what = kDatasetFile;
  const Json json = parse_json(dataset_json, what);
  const auto format = json_get<int>(json, "format", what);
  if (format != kFormatVersion) {
    throw Error(Errc::bad_input, what + ": format " + std::to_string(format) +
                                     ", and this program reads format " + std::to_string(kFormatVersion));
  }
  const auto renderer = json_get<int>(json, "renderer", what);
  if (renderer != kRendererVersion) {
    throw Error(Errc::bad_input, what + ": made for renderer version " + std::to_string(renderer) +
                                     ", and this program renders version " +
                                     std::to_string(kRendererVersion));
  }
  Tables tables;
  const auto parent = json_get<Json>(json, "parent", what);
  tables.parent = parent.is_string() ? parent.get<std::string>() : "";
  tables.recipe = recipe_from_json(json_get<Json>(json, "recipe", what));
  tables.classes = json_get<std::vector<std::string>>(json, "classes", what);
  tables.angles = angles_from(json_get<Json>(json, "angles", what));
  for (const Json& shard : json_get<Json>(json, "store", what)) {
    tables.shards.push_back(
        {json_get<std::uint64_t>(shard, "bytes", what), json_get<std::string>(shard, "sha256", what)});
  }
  const Json table = json_get<Json>(json_get<Json>(json, "tables", what), kSourcesFile, what);
  if (json_get<std::string>(table, "sha256", what) != sha256_hex(sources_jsonl)) {
    throw Error(Errc::bad_input,
                std::string(kSourcesFile) + ": its digest is not the one that dataset.json names");
  }
  read_sources(sources_jsonl, tables);
  if (json_get<std::uint64_t>(json, "sources", what) != tables.sources.size()) {
    throw Error(Errc::bad_input, what + ": \"sources\" does not agree with the table");
  }
  return tables;
}

void number_fragments(Tables& tables) {
  const TilingSpec spec = tables.recipe.tiling();
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> tiles;  // by size: most sources share one
  FragmentId next = 0;
  for (Source& source : tables.sources) {
    const auto [entry, is_new] = tiles.try_emplace({source.width, source.height}, 0);
    if (is_new) entry->second = Tiling(source.width, source.height, tables.angles, spec).tiles();
    source.first_fragment = next;
    source.fragments = entry->second;
    next += source.fragments;
  }
}

}  // namespace frag
