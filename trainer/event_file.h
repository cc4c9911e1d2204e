// A training's figures as TensorBoard reads them: events.out.tfevents.fragtrain in the run's folder.
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

#include "trainer/history.h"

namespace frag::trainer {

// CRC-32C (Castagnoli), as iSCSI and TensorFlow have it.
std::uint32_t crc32c(std::string_view bytes);

// The whole file: an event an epoch with the values loss/train, loss/validation, accuracy/train,
// accuracy/validation, learning_rate and images_per_second; step is the epoch, from 1.
std::string event_file(const History& history);

// Makes the file at `path` be that of `history`. Where it is so already but for the last epoch, as after any
// epoch but the first, that is appended: TensorBoard, which keeps the file open, sees it.
void write_events(const std::filesystem::path& path, const History& history);

}  // namespace frag::trainer
