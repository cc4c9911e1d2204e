#include "trainer/event_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "libfrag/base/file.h"

namespace frag::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    table[i] = crc;
  }
  return table;
}();

template <class Number>
std::string bytes_of(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

// Protocol Buffers: seven bits a byte, the lowest first; the highest bit says that more follow.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

enum class Wire { varint = 0, eight_bytes = 1, text = 2, four_bytes = 5 };

std::string tag(int field, Wire wire) {
  return varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire));
}

std::string text_field(int field, std::string_view text) {
  return tag(field, Wire::text) + varint(text.size()) + std::string(text);
}

std::string masked_checksum(std::string_view bytes) {
  return bytes_of(std::rotr(crc32c(bytes), 15) + 0xa282ead8u);
}

std::string record(const std::string& data) {
  const std::string length = bytes_of(static_cast<std::uint64_t>(data.size()));
  return length + masked_checksum(length) + data + masked_checksum(data);
}

std::string event_at(double seconds) {
  return tag(1, Wire::eight_bytes) + bytes_of(seconds);
}

std::string value(std::string_view name, double number) {
  return text_field(1, text_field(1, name) + tag(2, Wire::four_bytes) + bytes_of(static_cast<float>(number)));
}

std::string record_of(const ScalarEvent& event) {
  std::string summary;
  for (const Scalar& scalar : event.values) summary += value(scalar.tag, scalar.value);
  return record(event_at(event.when) + tag(2, Wire::varint) + varint(static_cast<std::uint64_t>(event.step)) +
                text_field(5, summary));
}

std::string head_of(const std::vector<ScalarEvent>& events) {
  return record(event_at(events.empty() ? 0.0 : events.front().when) + text_field(3, "brain.Event:2"));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

std::string event_file(const std::vector<ScalarEvent>& events) {
  std::string file = head_of(events);
  for (const ScalarEvent& event : events) file += record_of(event);
  return file;
}

void write_events(const std::filesystem::path& path, const std::vector<ScalarEvent>& events) {
  const std::string all = event_file(events);
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(path, failure);
  if (failure || events.empty()) return write_file_atomic(path, all);
  const std::string there = FileReader(path).read(0, std::min<std::uint64_t>(bytes, all.size()));
  const auto same =
      static_cast<std::size_t>(std::mismatch(there.begin(), there.end(), all.begin()).first - there.begin());
  const std::size_t last = all.size() - record_of(events.back()).size();
  const bool goes_on = same >= last || (same == bytes && same >= head_of(events).size());
  if (!goes_on) return write_file_atomic(path, all);
  if (same == all.size() && bytes == same) return;
  FileWriter file(path, same);
  file.write(std::string_view(all).substr(same));
  file.close();
}

}  // namespace frag::trainer
