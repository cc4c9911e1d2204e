#include "libfrag/archive/shard_check.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "libfrag/archive/tar.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/image/image.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

constexpr std::uint64_t kTarBlock = 512;

// What is wrong with the members of one fragment, as KEY.json describes it; empty where nothing is.
std::string pixel_problem(const std::map<std::string, std::string>& members, const std::string& key) {
  const auto json = members.find("json");
  if (json == members.end()) return "has no KEY.json to compare with";
  try {
    const Json said = parse_json(json->second, key + ".json");
    const std::string what = key + ".json";
    const int bits = json_get_or<int>(said, "bits", 8, what);
    Image pixels;
    if (const auto raw = members.find("raw"); raw != members.end()) {
      pixels = Image::from_packed(raw->second, json_get<std::int64_t>(said, "width", what),
                                  json_get<std::int64_t>(said, "height", what),
                                  json_get<std::int64_t>(said, "channels", what), bits);
    } else if (const auto png = members.find("png"); png != members.end()) {
      pixels = ImageFile::from_bytes(png->second).read(0, {.bits = bits});
    } else if (const auto jpg = members.find("jpg"); jpg != members.end()) {
      decode_image(jpg->second);  // lossy: its pixels are not the ones of the digest
      if (xxh3_128_hex(jpg->second) == json_get<std::string>(said, "picture", what)) return "";
      return "its bytes are not the ones that " + what + " has the digest of";
    } else {
      return "has no raw, png or jpg member";
    }
    if (pixel_digest(pixels) == json_get<std::string>(said, "pixels", what)) return "";
    return "its pixels are not the ones that " + what + " has the digest of";
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    return error.what();
  }
}

// Takes the tar that should be there, piece by piece, and holds it against the one that is there.
class Comparison {
 public:
  Comparison(const FileReader& shard, std::string name, ShardReport& report)
      : shard_(shard), name_(std::move(name)), report_(report) {}

  void take(std::string_view expected) {
    const std::uint64_t there = position_ < shard_.size() ? shard_.size() - position_ : 0;
    const std::string actual = shard_.read(position_, std::min<std::uint64_t>(expected.size(), there));
    sha_.update(actual);
    if (actual != expected.substr(0, actual.size())) note_difference(expected, actual);
    position_ += actual.size();
    missing_ += expected.size() - actual.size();
  }
  void begin(std::string member) { member_ = std::move(member); }
  std::uint64_t missing() const { return missing_; }

  // Reads on behind the expected end.
  std::string finish() {
    constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
    const std::uint64_t end = position_;
    while (position_ < shard_.size()) {
      const std::string rest = shard_.read(position_, std::min(kPiece, shard_.size() - position_));
      sha_.update(rest);
      position_ += rest.size();
    }
    if (position_ > end) {
      report_.damage.push_back({name_, "", end, position_, "bytes behind the end of the archive"});
    }
    return sha_.hex();
  }

 private:
  // Only headers, padding and the end can differ here: data is compared by its digest.
  void note_difference(std::string_view expected, std::string_view actual) {
    std::size_t first = 0, last = actual.size();
    while (actual[first] == expected[first]) ++first;
    while (actual[last - 1] == expected[last - 1]) --last;
    report_.damage.push_back(
        {name_, member_, position_ + first, position_ + last,
         "the tar's own bytes (a header or padding) are not the ones that were written"});
  }

  const FileReader& shard_;
  const std::string name_;
  ShardReport& report_;
  Sha256 sha_;
  std::string member_;
  std::uint64_t position_ = 0;
  std::uint64_t missing_ = 0;
};

// Reads one member as the index places it and notes what is wrong. nullopt where the file ends before.
std::optional<std::string> checked_member(const FileReader& shard, const std::string& name,
                                          const std::string& member_name, const ShardMember& member,
                                          ShardReport& report) {
  if (member.offset > shard.size() || member.bytes > shard.size() - member.offset) return std::nullopt;
  std::string data = shard.read(member.offset, member.bytes);
  ++report.members;
  if (xxh3_128_hex(data) != member.digest) {
    report.damage.push_back({name, member_name, member.offset, member.offset + member.bytes,
                             "its bytes are not the ones that were written (their digest differs)"});
  }
  return data;
}

// Goes through the fragments of an index.
class IndexedCheck {
 public:
  IndexedCheck(const FileReader& shard, std::string name, PixelCheck pixels)
      : shard_(shard), name_(std::move(name)), pixels_(pixels), comparison_(shard, name_, report_) {}

  ShardReport run(const std::vector<ShardEntry>& index) {
    for (const ShardEntry& entry : index) {
      if (!check(entry)) return std::move(report_);
    }
    comparison_.begin("");
    expected_.finish();
    if (comparison_.missing() > 0) {
      report_.damage.push_back({name_, "", shard_.size(), shard_.size() + comparison_.missing(),
                                "the end of the archive is missing"});
    }
    report_.sha256 = comparison_.finish();
    return std::move(report_);
  }

 private:
  // False where the file ends within the entry.
  bool check(const ShardEntry& entry) {
    std::map<std::string, std::string> members;
    const std::size_t before = report_.damage.size();
    for (const ShardMember& member : entry.members) {
      const std::string member_name = entry.key + "." + member.extension;
      auto data = checked_member(shard_, name_, member_name, member, report_);
      if (!data) {
        report_.damage.push_back({name_, member_name, shard_.size(), member.offset + member.bytes,
                                  "the file ends before; this member and all behind it are missing"});
        return false;
      }
      comparison_.begin(member_name);
      if (expected_.add(member_name, *data) != member.offset) {
        throw Error(Errc::bad_input, name_ + ": its index places " + member_name + " at byte " +
                                         std::to_string(member.offset) + ", where no tar has it");
      }
      members.emplace(member.extension, std::move(*data));
    }
    const bool worth = pixels_ == PixelCheck::decode && report_.damage.size() == before && !members.empty();
    const std::string problem = worth ? pixel_problem(members, entry.key) : "";
    if (!problem.empty()) {
      const ShardMember& picture = entry.members.front();
      report_.damage.push_back({name_, entry.key + "." + picture.extension, picture.offset,
                                picture.offset + picture.bytes, problem});
    }
    return true;
  }

  const FileReader& shard_;
  const std::string name_;
  const PixelCheck pixels_;
  ShardReport report_;
  Comparison comparison_;
  TarWriter expected_{[this](std::string_view bytes) { comparison_.take(bytes); }};
};

// The members of one key while a tar is read without an index.
struct Sample {
  std::string key;
  std::map<std::string, std::string> members;
  std::string picture;  // name of the first member, its place
  std::uint64_t first = 0, end = 0;
};

void judge(const Sample& sample, const std::string& name, ShardReport& report) {
  if (sample.key.empty()) return;
  const std::string problem = pixel_problem(sample.members, sample.key);
  if (!problem.empty()) report.damage.push_back({name, sample.picture, sample.first, sample.end, problem});
}

}  // namespace

ShardReport check_shard(const FileReader& shard, const std::string& name,
                        const std::vector<ShardEntry>& index, PixelCheck pixels) {
  return IndexedCheck(shard, name, pixels).run(index);
}

ShardReport check_lone_shard(const FileReader& shard, const std::string& name) {
  ShardReport report;
  std::uint64_t fed = 0;
  TarReader tar([&](char* buffer, std::size_t capacity) {
    const std::string piece = shard.read(fed, std::min<std::uint64_t>(capacity, shard.size() - fed));
    std::memcpy(buffer, piece.data(), piece.size());
    fed += piece.size();
    return piece.size();
  });
  std::uint64_t position = 0;  // of the next member's header: our shards have no extended ones
  Sample sample;
  try {
    while (auto member = tar.next()) {
      const std::size_t dot = member->name.find('.');
      const std::string key = member->name.substr(0, dot);
      const std::uint64_t first = position + kTarBlock;
      position += tar_bytes(member->data.size());
      ++report.members;
      if (key != sample.key) {
        judge(sample, name, report);
        sample = {key, {}, member->name, first, first + member->data.size()};
      }
      const std::string extension = dot == std::string::npos ? "" : member->name.substr(dot + 1);
      sample.members.emplace(extension, std::move(member->data));
    }
    judge(sample, name, report);
    // libarchive takes the end of the file for the end of the archive.
    if (shard.size() < position + 2 * kTarBlock) {
      report.damage.push_back({name, "", shard.size(), position + 2 * kTarBlock,
                               "the end of the archive is missing: members may be, too"});
    }
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    report.damage.push_back({name, "", position, shard.size(),
                             std::string("no member can be read from here on: ") + error.what()});
  }
  return report;
}

}  // namespace frag
