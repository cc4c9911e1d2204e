#include "libfrag/dataset/source_table.h"

#include <algorithm>
#include <limits>

#include "libfrag/base/error.h"

namespace frag {
namespace {

constexpr const char* kDigits = "0123456789abcdef";

template <std::size_t kBytes>
std::array<std::uint8_t, kBytes> bytes_of(const std::string& hex, const char* what) {
  const auto digit = [&](char c) {
    const char* at = std::find(kDigits, kDigits + 16, c);
    if (at == kDigits + 16) throw Error(Errc::bad_input, std::string("\"") + what + "\" is no digest");
    return static_cast<unsigned>(at - kDigits);
  };
  if (hex.size() != 2 * kBytes) throw Error(Errc::bad_input, std::string("\"") + what + "\" is no digest");
  std::array<std::uint8_t, kBytes> bytes{};
  for (std::size_t i = 0; i < kBytes; ++i)
    bytes[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return bytes;
}

template <std::size_t kBytes>
std::string hex_of(const std::array<std::uint8_t, kBytes>& bytes) {
  std::string hex;
  hex.reserve(2 * kBytes);
  for (const std::uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

// The entry of a sparse column.
template <class Map>
auto find_in(const Map& map, std::size_t i) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(i);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

SourceTable::Text SourceTable::keep(std::string_view text) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max())
    throw Error(Errc::bad_input, "a name of " + std::to_string(text.size()) + " bytes");
  const Text at{texts_.size(), static_cast<std::uint32_t>(text.size())};
  texts_ += text;
  return at;
}

std::uint16_t SourceTable::split_number(const std::string& split) {
  const auto found = std::find(splits_.begin(), splits_.end(), split);
  if (found != splits_.end()) return static_cast<std::uint16_t>(found - splits_.begin());
  if (splits_.size() == std::numeric_limits<std::uint16_t>::max())
    throw Error(Errc::bad_input, "more than 65,535 sides of a split");
  splits_.push_back(split);
  return static_cast<std::uint16_t>(splits_.size() - 1);
}

// Pages of one file follow each other, so that comparing with the last one finds them all.
std::uint32_t SourceTable::add_file(const SourceFile& file) {
  if (!files_.empty()) {
    const File& last = files_.back();
    if (last.shard == file.shard && last.offset == file.offset && last.bytes == file.bytes &&
        text(last.name) == file.name && hex_of(last.sha256) == file.sha256) {
      return static_cast<std::uint32_t>(files_.size() - 1);
    }
  }
  files_.push_back(
      {keep(file.name), file.shard, file.offset, file.bytes, bytes_of<32>(file.sha256, "sha256")});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

void SourceTable::reserve(std::size_t rows) {
  rows_.reserve(rows);
  files_.reserve(rows);
  first_.reserve(rows + 1);
}

void SourceTable::push_back(const Source& source) {
  Row row;
  row.name = keep(source.name);
  row.group = source.group == source.name ? row.name : keep(source.group);
  row.class_number = source.class_number;
  row.split = split_number(source.split);
  row.file = add_file(source.file);
  row.page = source.page;
  row.level = static_cast<std::uint8_t>(source.level);
  row.width = static_cast<std::uint32_t>(source.width);
  row.height = static_cast<std::uint32_t>(source.height);
  row.channels = static_cast<std::uint8_t>(source.channels);
  row.bits = static_cast<std::uint8_t>(source.bits);
  row.pixels = bytes_of<16>(source.pixels, "pixels");
  if (source.box) boxes_.emplace(rows_.size(), *source.box);
  if (source.stretch) stretches_.emplace(rows_.size(), *source.stretch);
  if (!source.kept.empty()) kept_.emplace(rows_.size(), source.kept);
  rows_.push_back(row);
  if (source.fragments > std::numeric_limits<std::int64_t>::max() - first_.back())
    throw Error(Errc::bad_input, "\"fragments\": more than 2^63 in all");
  first_.push_back(first_.back() + source.fragments);
}

Source SourceTable::operator[](std::size_t i) const {
  const Row& row = rows_[i];
  const File& file = files_[row.file];
  Source source;
  source.name = text(row.name);
  source.class_number = row.class_number;
  source.group = text(row.group);
  source.split = splits_[row.split];
  source.file = {std::string(text(file.name)), file.shard, file.offset, file.bytes, hex_of(file.sha256)};
  source.page = row.page;
  source.level = row.level;
  source.box = find_in(boxes_, i);
  source.width = row.width;
  source.height = row.height;
  source.channels = row.channels;
  source.bits = row.bits;
  source.stretch = find_in(stretches_, i);
  source.pixels = hex_of(row.pixels);
  source.first_fragment = first_[i];
  source.fragments = fragments(i);
  source.kept = kept(i);
  return source;
}

std::vector<KeptClass> SourceTable::kept(std::size_t i) const {
  return find_in(kept_, i).value_or(std::vector<KeptClass>{});
}

std::uint32_t SourceTable::source_of(FragmentId id) const {
  // Sources without fragments share their first id with the next one; the last of them is the owner.
  const auto after = std::upper_bound(first_.begin(), first_.end(), id);
  return static_cast<std::uint32_t>(after - first_.begin() - 1);
}

void SourceTable::set_split(std::size_t i, const std::string& split) {
  rows_[i].split = split_number(split);
}

void SourceTable::set_group(std::size_t i, const std::string& group) {
  rows_[i].group = group == text(rows_[i].name) ? rows_[i].name : keep(group);
}

}  // namespace frag
