#include "libfrag/archive/shard_index.h"

#include "libfrag/base/json.h"

namespace frag {

ShardEntry parse_shard_line(std::string_view text, const std::string& what) {
  const Json line = parse_json(text, what);
  ShardEntry entry;
  entry.key = json_get<std::string>(line, "key", what);
  entry.class_number = json_get<std::uint32_t>(line, "class", what);
  const Json members = json_get<Json>(line, "members", what);
  for (const auto& [extension, place] : members.items()) {
    if (!place.is_array() || place.size() != 3 || !place[0].is_number_unsigned() ||
        !place[1].is_number_unsigned() || !place[2].is_string()) {
      throw Error(Errc::bad_input, what + ": member \"" + extension + "\" is not [offset, bytes, digest]");
    }
    entry.members.push_back({extension, place[0].get<std::uint64_t>(), place[1].get<std::uint64_t>(),
                             place[2].get<std::string>()});
  }
  if (line.contains("group")) entry.group = json_get<std::uint64_t>(line, "group", what);
  return entry;
}

std::string to_line(const ShardEntry& entry) {
  Json members = Json::object();
  for (const ShardMember& member : entry.members) {
    members[member.extension] = {member.offset, member.bytes, member.digest};
  }
  Json line = {{"key", entry.key}, {"class", entry.class_number}, {"members", std::move(members)}};
  if (entry.group) line["group"] = *entry.group;
  return line.dump() + "\n";
}

std::vector<ShardEntry> parse_shard_index(std::string_view text, const std::string& name) {
  std::vector<ShardEntry> entries;
  while (!text.empty()) {
    const std::string what = name + ":" + std::to_string(entries.size() + 1);
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) throw Error(Errc::bad_input, what + ": the line is cut short");
    entries.push_back(parse_shard_line(text.substr(0, end), what));
    text.remove_prefix(end + 1);
  }
  return entries;
}

std::string shard_tar_name(const std::string& stem) {
  return stem + ".tar";
}

std::string shard_index_name(const std::string& stem) {
  return stem + ".index.jsonl";
}

}  // namespace frag
