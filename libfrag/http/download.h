// Bodies pulled as they arrive, one after another over a connection that stays open in between: http, https
// and ftp, whole or a range of bytes.
//
// A Downloader belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libfrag/http/client.h"
#include "libfrag/http/ranges.h"

namespace frag::http {

class Downloader {
 public:
  // `cancelled` is asked at least ten times a second while a download waits; once it says true the download
  // ends with Errc::interrupted.
  explicit Downloader(ClientOptions options = {}, std::function<bool()> cancelled = {});
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  // Another question from now on.
  void set_cancelled(std::function<bool()> cancelled);

  // Starts the download of `url`, or of `range` of it (at least a byte), and waits for the answer's head;
  // what was open before is dropped. Errors as Client::get, an AnswerError for a status other than 2xx;
  // Errc::not_found where an FTP server does not have the file; Errc::refused where a server answers a range
  // with something else.
  void open(const std::string& url, std::optional<ByteRange> range = std::nullopt);

  // Up to `capacity` bytes; 0 at the end of a complete body. Errc::unavailable where the body was cut short
  // or stalled.
  std::size_t read(char* buffer, std::size_t capacity);

  // open(), and all of the body. Errc::bad_input where it is longer than `limit` bytes.
  std::string get(const std::string& url, std::optional<ByteRange> range = std::nullopt,
                  std::uint64_t limit = std::uint64_t{4} << 30);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag::http
