// Deflate (RFC 1951) by Huffman codes alone: bytes that do not repeat, such as the noise that a PNG filter
// leaves of a photograph. Private to libfrag/image. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace frag {

// Appends to `out` a zlib stream (RFC 1950) of `data`, not empty, in which every byte is a literal: at most
// 15 bits each, and about 150 bytes for every 128 KiB.
void append_zlib_literals(std::span<const std::uint8_t> data, std::string& out);

}  // namespace frag
