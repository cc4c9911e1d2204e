// Tar out and in, through libarchive: plain ustar, reproducible to the byte, streamed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frag {

// Takes the next bytes of an archive being written.
using ByteSink = std::function<void(std::string_view)>;

// Gives the next bytes of an archive being read: up to `capacity` into `buffer`, 0 at the end.
using ByteSource = std::function<std::size_t(char* buffer, std::size_t capacity)>;

// Writes members with mtime 0, uid and gid 0 and mode 0644, so that equal members give equal bytes. One
// thread.
class TarWriter {
 public:
  explicit TarWriter(ByteSink sink);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // `name` has at most 100 bytes. Returns the offset of the data's first byte in the archive. What the sink
  // throws comes out of here.
  std::uint64_t add(const std::string& name, std::string_view data);
  // Writes the end of the archive; without it the archive is visibly cut short.
  void finish();
  // Bytes given to the sink so far.
  std::uint64_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct TarMember {
  std::string name;
  std::string data;
  std::uint64_t offset = 0;  // of the data's first byte in the archive
};

// Reads members in order. One thread.
class TarReader {
 public:
  // Members of more than `member_limit` bytes are Errc::bad_input.
  explicit TarReader(ByteSource source, std::uint64_t member_limit = std::uint64_t{1} << 30);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // nullopt at the end. Errc::bad_input where the bytes are no tar or end too early, and for sparse members;
  // what the source throws comes out.
  std::optional<TarMember> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The bytes that a member of `size` bytes takes in the archive: its header and its data, padded to 512.
constexpr std::uint64_t tar_bytes(std::uint64_t size) {
  return 512 + (size + 511) / 512 * 512;
}

}  // namespace frag
