// A line for every answer, in the Combined Log Format with the seconds it took behind it.
#pragma once

#include <ctime>
#include <mutex>
#include <string>

#include "libfrag/http/server.h"

namespace frag {

// Any number of threads may write. A line that cannot be written is lost; the server goes on.
class AccessLog {
 public:
  // `place` is a file, appended to, or "-" for standard output. Errc::io where it cannot be opened.
  explicit AccessLog(std::string place);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void write(const http::Exchange& exchange);
  // Opens the file anew, for whoever rotates logs. Errc::io; then the old one is written on.
  void reopen();

 private:
  const std::string place_;
  std::mutex mutex_;
  int fd_ = -1;  // guarded by mutex_
};

// 192.0.2.7 - - [21/Nov/2026:07:00:00 +0000] "GET /v1/dataset HTTP/1.1" 200 512 "-" "curl/7.88.1" 0.002
// What a client chose is escaped: a quote, a backslash and what is no printable ASCII become \xHH.
std::string access_line(const http::Exchange& exchange, std::time_t now);

}  // namespace frag
