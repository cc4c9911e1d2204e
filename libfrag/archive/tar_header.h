// A tar member's 512 bytes before its data, for whoever lays out an archive in a buffer of his own: the bytes
// are TarWriter's. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace frag {

// `name` has 1 to 100 bytes, `size` is below 8 GiB; Errc::internal otherwise.
void append_tar_header(std::string& out, std::string_view name, std::uint64_t size);

// Zeros up to the next multiple of 512, counted from `start`, the place in `out` where the member's data
// begin.
void append_tar_padding(std::string& out, std::size_t start);

// The two empty blocks that end an archive.
inline constexpr std::size_t kTarEndBytes = 1024;

}  // namespace frag
