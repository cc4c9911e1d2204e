// Figures as TensorBoard reads them: a file whose name begins with "events.out.tfevents.".
//
// The file is a sequence of records; a record is the length of its data (8 bytes), a checksum of those (4),
// the data, and a checksum of that (4), all little-endian. The checksum of a text with CRC-32C c is (c >> 15
// | c << 17) + 0xa282ead8, modulo 2^32. Data is an Event in Protocol Buffers' encoding:
//   Event    {1: wall_time, double; 2: step, int64; 3: file_version, string; 5: summary, Summary}
//   Summary  {1: value, Value, repeated}
//   Value    {1: tag, string; 2: simple_value, float}
// The first Event has file_version "brain.Event:2" and nothing else but its time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace frag::trainer {

// CRC-32C (Castagnoli), as iSCSI and TensorFlow have it.
std::uint32_t crc32c(std::string_view bytes);

struct Scalar {
  std::string tag;  // "loss/train"
  double value = 0;
};

// What is known of one step.
struct ScalarEvent {
  double when = 0;  // seconds since the Unix epoch
  std::int64_t step = 0;
  std::vector<Scalar> values;
};

// The whole file.
std::string event_file(const std::vector<ScalarEvent>& events);

// Makes the file at `path` be that of `events`. Where it is so already but for the last event, or holds its
// first bytes (more came since, or a write was cut short), the rest is appended: TensorBoard, which keeps the
// file open, sees it.
void write_events(const std::filesystem::path& path, const std::vector<ScalarEvent>& events);

}  // namespace frag::trainer
