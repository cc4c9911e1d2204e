#include "libfrag/archive/webdataset.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/image/image.h"

namespace frag {
namespace {

constexpr std::string_view kPictures[] = {"jpg",  "jpeg", "png",  "ppm", "pgm", "pbm", "pnm",
                                          "webp", "tif",  "tiff", "gif", "jp2", "raw"};

// A KEY.json of more bytes is none.
constexpr std::uint64_t kMostText = std::uint64_t{16} << 20;

// "__x__", "__x__.json" or "__x__/...".
bool is_about_the_tar(std::string_view name) {
  if (!name.starts_with("__")) return false;
  const std::string_view first = name.substr(0, name.find_first_of("/."));
  return first.size() >= 4 && first.ends_with("__");
}

// Gathers neighbours into samples.
class Gatherer {
 public:
  explicit Gatherer(const TakeSample& take) : take_(take) {}

  void add(TarMember member) {
    end_ = member.offset + (member.data.size() + 511) / 512 * 512;
    const auto name = split_sample_name(member.name);
    if (!name) return;
    if (name->key != sample_.key) finish();
    if (extensions_.empty()) ++samples_;
    sample_.key = last_ = name->key;
    if (!extensions_.insert(name->extension).second)
      throw Error(Errc::bad_input, "it has " + member.name + " twice in one sample");
    if (name->extension == "cls") sample_.cls = std::move(member.data);
    if (name->extension == "json") sample_.json = std::move(member.data);
    if (!sample_.picture && is_picture(name->extension)) {
      sample_.picture = {name->extension, member.offset, member.data.size(), xxh3_128_hex(member.data)};
      sample_.pixels = std::move(member.data);
    }
  }

  void finish() {
    if (extensions_.empty()) return;
    extensions_.clear();
    take_(std::exchange(sample_, {}));
  }

  std::uint64_t end() const { return end_; }
  std::string whole_part() const {
    return "whole are its first " + format_count(end_) + " bytes, with members of " +
           count_of(samples_, "sample") + (samples_ > 0 ? ", the last one " + last_ : "");
  }

 private:
  const TakeSample& take_;
  ShardSample sample_;
  std::set<std::string> extensions_;  // of the sample so far
  std::uint64_t samples_ = 0;
  std::uint64_t end_ = 0;  // behind the last member
  std::string last_;
};

// A text of JSON, or a whole number of any sign, as text; nullopt for anything else.
std::optional<std::string> text_or_number(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  return std::nullopt;
}

// The number of a key, or 0 where it is not there, or beyond `most`.
std::int64_t number_of(const Json& json, const char* key, std::int64_t most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned()) return 0;
  const auto value = found->get<std::uint64_t>();
  return value <= static_cast<std::uint64_t>(most) ? static_cast<std::int64_t>(value) : 0;
}

void read_shape(const Json& json, SampleFacts& facts) {
  const std::int64_t width = number_of(json, "width", kMaxEdge), height = number_of(json, "height", kMaxEdge);
  const std::int64_t channels = number_of(json, "channels", 3), bits = number_of(json, "bits", 16);
  const bool whole = width > 0 && height > 0 && (channels == 1 || channels == 3) && (bits == 8 || bits == 16);
  if (!whole || (bits == 16 && channels == 3)) return;
  facts.width = width;
  facts.height = height;
  facts.channels = channels;
  facts.bits = static_cast<int>(bits);
}

void require_within(const FileReader& tar, const ShardEntry& entry, std::uint64_t samples_before) {
  for (const ShardMember& member : entry.members) {
    if (member.offset <= tar.size() && member.bytes <= tar.size() - member.offset) continue;
    throw Error(Errc::bad_input, "cut short: it has " + format_count(tar.size()) +
                                     " bytes, and its index has " + entry.key + "." + member.extension +
                                     " end at byte " + format_count(member.offset + member.bytes) +
                                     "; whole are its first " + count_of(samples_before, "sample"));
  }
}

ShardSample indexed_sample(const FileReader& tar, const ShardEntry& entry) {
  ShardSample sample;
  sample.key = entry.key;
  sample.cls = std::to_string(entry.class_number);
  sample.group = entry.group;
  for (const ShardMember& member : entry.members) {
    if (!sample.picture && is_picture(member.extension)) sample.picture = member;
    if (member.extension != "json") continue;
    if (member.bytes <= kMostText) sample.json = tar.read(member.offset, member.bytes);
    if (!sample.json || xxh3_128_hex(*sample.json) != member.digest)
      sample.problem = entry.key + ".json is damaged (its digest is not the index's)";
  }
  return sample;
}

}  // namespace

std::optional<SampleName> split_sample_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t base = slash == std::string_view::npos ? 0 : slash + 1;
  const std::size_t dot = name.find('.', base);
  if (is_about_the_tar(name) || dot == std::string_view::npos || dot == base) return std::nullopt;
  SampleName split{std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
  for (char& letter : split.extension)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return split;
}

bool is_picture(std::string_view extension) {
  return std::find(std::begin(kPictures), std::end(kPictures), extension) != std::end(kPictures);
}

std::uint64_t read_samples(ByteSource tar, const TakeSample& take) {
  TarReader reader(std::move(tar));
  Gatherer gatherer(take);
  const auto next = [&] {
    try {
      return reader.next();
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      throw Error(Errc::bad_input, error.what() + ("; " + gatherer.whole_part()));
    }
  };
  while (auto member = next()) gatherer.add(std::move(*member));
  gatherer.finish();
  return gatherer.end();
}

void read_indexed_samples(const FileReader& tar, std::string_view index, const std::string& index_name,
                          const TakeSample& take) {
  for (std::uint64_t number = 0; !index.empty(); ++number) {
    const std::string what = index_name + ":" + std::to_string(number + 1);
    const std::size_t end = index.find('\n');
    if (end == std::string_view::npos) throw Error(Errc::bad_input, what + ": the line is cut short");
    const ShardEntry entry = parse_shard_line(index.substr(0, end), what);
    require_within(tar, entry, number);
    take(indexed_sample(tar, entry));
    index.remove_prefix(end + 1);
  }
}

SampleFacts read_facts(std::string_view text, const std::string& what) {
  const Json json = parse_json(text, what);
  SampleFacts facts;
  if (!json.is_object()) return facts;
  if (const auto named = json.find("class"); named != json.end() && !named->is_null()) {
    const auto class_text = text_or_number(*named);
    if (!class_text) throw Error(Errc::bad_input, what + ": \"class\" is neither a name nor a number");
    if (named->is_string()) facts.class_name = *class_text;
    if (!named->is_string()) facts.class_number = parse_class(*class_text, what);
  }
  if (const auto split = json.find("split"); split != json.end() && split->is_string())
    facts.split = split->get<std::string>();
  if (const auto group = json.find("group"); group != json.end() && !group->is_null()) {
    const auto group_text = text_or_number(*group);
    if (!group_text) throw Error(Errc::bad_input, what + ": \"group\" is neither a name nor a number");
    facts.group = *group_text;
  } else if (const auto source = json.find("source"); source != json.end() && source->is_number_integer()) {
    facts.group = "source-" + source->dump();
  }
  read_shape(json, facts);
  return facts;
}

std::uint32_t parse_class(std::string_view text, const std::string& what) {
  const auto number = parse_integer(trimmed(text));
  if (!number || *number < 0 || *number > kMostClassNumber) {
    throw Error(Errc::bad_input,
                what + ": the class is no number from 0 to " + format_count(kMostClassNumber));
  }
  return static_cast<std::uint32_t>(*number);
}

}  // namespace frag
