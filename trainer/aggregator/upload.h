// A request's body on its way to disk: hashed as it comes, synced, and gone again unless it is moved to its
// place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "libfrag/http/message.h"

namespace frag::aggregator {

class Upload {
 public:
  // Reads the whole body into `path` and syncs it. HttpError 413 where it is longer than `limit` bytes;
  // Errc::io where it cannot be stored; Errc::unavailable where the sender is gone. In each case no file
  // stays.
  Upload(const http::Request& request, std::filesystem::path path, std::uint64_t limit);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::string& sha256() const { return sha256_; }
  std::uint64_t bytes() const { return bytes_; }

  // Renames it to `place`, durably.
  void move_to(const std::filesystem::path& place);

 private:
  void receive(const http::Request& request, std::uint64_t limit);

  std::filesystem::path path_;
  std::string sha256_;
  std::uint64_t bytes_ = 0;
  bool moved_ = false;
};

}  // namespace frag::aggregator
