#include "libfrag/archive/tar_header.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "libfrag/archive/tar.h"
#include "libfrag/base/error.h"

namespace frag {
namespace {

// Fields of ustar.
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kSizeAt = 124, kSizeDigits = 11;
constexpr std::size_t kSumAt = 148, kSumDigits = 6, kSumBytes = 8;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 33;

// What TarWriter writes for an empty member, with no name and spaces for the checksum.
std::string empty_header() {
  std::string bytes;
  TarWriter tar([&bytes](std::string_view piece) { bytes += piece; });
  tar.add("x", "");
  bytes.resize(512);
  bytes[0] = '\0';
  std::memset(bytes.data() + kSumAt, ' ', kSumBytes);
  return bytes;
}

void put_octal(char* at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 3) at[i] = static_cast<char>('0' + (value & 7));
}

}  // namespace

void append_tar_header(std::string& out, std::string_view name, std::uint64_t size) {
  static const std::string kEmpty = empty_header();
  if (name.empty() || name.size() > kNameBytes || size >= kMostBytes) {
    throw Error(Errc::internal, "a tar member's name of " + std::to_string(name.size()) + " bytes, or " +
                                    std::to_string(size) + " bytes of data");
  }
  out += kEmpty;
  char* header = out.data() + out.size() - kEmpty.size();
  std::memcpy(header, name.data(), name.size());
  put_octal(header + kSizeAt, kSizeDigits, size);
  const auto* bytes = reinterpret_cast<const unsigned char*>(header);
  put_octal(header + kSumAt, kSumDigits, std::accumulate(bytes, bytes + kEmpty.size(), std::uint64_t{0}));
  header[kSumAt + kSumDigits] = '\0';
}

void append_tar_padding(std::string& out, std::size_t start) {
  out.append((512 - (out.size() - start) % 512) % 512, '\0');
}

}  // namespace frag
