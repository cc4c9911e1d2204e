#include "trainer/event_file.h"

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

std::string record_of(const HistoryLine& line) {
  std::string summary = value("loss/train", line.loss) + value("accuracy/train", line.train_accuracy);
  if (line.val_accuracy >= 0) {
    summary += value("loss/validation", line.val_loss) + value("accuracy/validation", line.val_accuracy);
  }
  summary += value("learning_rate", line.learning_rate) + value("images_per_second", line.images_per_second);
  return record(event_at(line.ended) + tag(2, Wire::varint) + varint(static_cast<std::uint64_t>(line.epoch)) +
                text_field(5, summary));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

std::string event_file(const History& history) {
  const double first = history.empty() ? 0.0 : history.front().ended;
  std::string file = record(event_at(first) + text_field(3, "brain.Event:2"));
  for (const HistoryLine& line : history) file += record_of(line);
  return file;
}

void write_events(const std::filesystem::path& path, const History& history) {
  const std::string all = event_file(history);
  const std::size_t before = history.empty() ? 0 : all.size() - record_of(history.back()).size();
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(path, failure);
  const bool goes_on = history.size() > 1 && !failure && bytes >= before &&
                       FileReader(path).read(0, before) == std::string_view(all).substr(0, before);
  if (!goes_on) return write_file_atomic(path, all);
  FileWriter file(path, before);
  file.write(std::string_view(all).substr(before));
  file.close();
}

}  // namespace frag::trainer
