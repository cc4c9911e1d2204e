#include "libfrag/cutting/journal.h"

#include "libfrag/base/error.h"
#include "libfrag/dataset/source_rows.h"

namespace frag {
namespace {

// Bits as hexadecimal digits, four a digit, the first in the highest place.
std::string pack_bits(const std::vector<bool>& bits) {
  std::string text((bits.size() + 3) / 4, '0');
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (!bits[i]) continue;
    char& digit = text[i / 4];
    const int value = (digit <= '9' ? digit - '0' : digit - 'a' + 10) | (8 >> (i % 4));
    digit = static_cast<char>(value < 10 ? '0' + value : 'a' + value - 10);
  }
  return text;
}

std::vector<bool> unpack_bits(const std::string& text, std::uint64_t count) {
  if (text.size() != (count + 3) / 4) throw Error(Errc::bad_input, "journal: bits are missing");
  std::vector<bool> bits(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const char digit = text[i / 4];
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    bits[i] = (value & (8 >> (i % 4))) != 0;
  }
  return bits;
}

Json source_json(const ExaminedSource& source) {
  Json json = {{"row", parse_json(source_line(source.row, 0), "a source")}, {"class", source.class_name}};
  if (source.group) json["group"] = *source.group;
  if (source.split) json["split"] = *source.split;
  for (const ClassBits& kept : source.kept)
    json["kept"].push_back(Json::array({kept.class_name, pack_bits(kept.bits)}));
  return json;
}

ExaminedSource source_from(const Json& json) {
  const std::string what = "journal";
  ExaminedSource source;
  source.row = source_from_line(json_get<Json>(json, "row", what).dump());
  source.class_name = json_get<std::string>(json, "class", what);
  if (json.contains("group")) source.group = json_get<std::string>(json, "group", what);
  if (json.contains("split")) source.split = json_get<std::string>(json, "split", what);
  if (json.contains("kept")) {
    for (const Json& kept : json["kept"])
      source.kept.push_back(
          {kept.at(0).get<std::string>(), unpack_bits(kept.at(1).get<std::string>(), source.row.fragments)});
  }
  return source;
}

Json entry_json(const JournalEntry& entry) {
  Json sources = Json::array();
  for (const ExaminedSource& source : entry.examined.sources) sources.push_back(source_json(source));
  return {{"name", entry.examined.name},
          {"bytes", entry.examined.state.bytes},
          {"changed", entry.examined.state.changed},
          {"labels", entry.examined.state.labels},
          {"problems", entry.examined.problems},
          {"sources", sources},
          {"store", {entry.store.shards, entry.store.files, entry.store.open_bytes}}};
}

JournalEntry entry_from(const Json& json) {
  const std::string what = "journal";
  JournalEntry entry;
  entry.examined.name = json_get<std::string>(json, "name", what);
  FileState& state = entry.examined.state;
  state.bytes = json_get<std::uint64_t>(json, "bytes", what);
  state.changed = json_get<std::int64_t>(json, "changed", what);
  state.labels = json_get<std::string>(json, "labels", what);
  entry.examined.problems = json_get<std::vector<std::string>>(json, "problems", what);
  for (const Json& source : json_get<Json>(json, "sources", what))
    entry.examined.sources.push_back(source_from(source));
  const auto store = json_get<std::vector<std::uint64_t>>(json, "store", what);
  if (store.size() != 3) throw Error(Errc::bad_input, "journal: no place in the store");
  entry.store = {static_cast<std::uint32_t>(store[0]), store[1], store[2]};
  return entry;
}

}  // namespace

std::optional<JournalState> read_journal(const std::filesystem::path& path, const Json& title) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::string text = read_file(path);
  JournalState state;
  std::size_t from = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    const Json line = parse_if_json(text.substr(from, end - from));
    if (from == 0 && line != title) return std::nullopt;
    try {
      if (line.is_discarded()) break;
      if (from == 0) {
        // the title
      } else if (line.contains("sealed")) {
        const Json& sealed = line["sealed"];
        state.shards.push_back({sealed.at(0).get<std::string>(), sealed.at(1).get<std::uint64_t>(),
                                sealed.at(2).get<std::string>()});
      } else {
        state.entries.push_back(entry_from(line));
      }
    } catch (const Json::exception&) {
      break;
    } catch (const Error&) {
      break;
    }
    from = end + 1;
  }
  if (from == 0) return std::nullopt;
  return state;
}

namespace {

// What a decoder complains of may hold bytes that are no UTF-8.
std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json sealed_json(const Shard& sealed) {
  return {{"sealed", {sealed.file, sealed.bytes, sealed.sha256}}};
}

// The bytes of a journal that says as much as `kept`; returns how many.
std::uint64_t start_journal(const std::filesystem::path& path, const Json& title, const JournalState& kept) {
  AtomicFile file(path);
  file.write(line_of(title));
  for (const Shard& shard : kept.shards) file.write(line_of(sealed_json(shard)));
  for (const JournalEntry& entry : kept.entries) file.write(line_of(entry_json(entry)));
  file.commit();
  return file.size();
}

}  // namespace

JournalWriter::JournalWriter(const std::filesystem::path& path, const Json& title, const JournalState& kept)
    : file_(path, start_journal(path, title, kept)) {}

void JournalWriter::add(const JournalEntry& entry) {
  file_.write(line_of(entry_json(entry)));
  file_.flush();
}

void JournalWriter::add(const Shard& sealed) {
  file_.write(line_of(sealed_json(sealed)));
  file_.flush();
}

}  // namespace frag
