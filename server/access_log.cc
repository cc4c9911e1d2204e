#include "server/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte > 0x1f && byte < 0x7f && letter != '"' && letter != '\\') {
      out += letter;
      continue;
    }
    std::array<char, 5> hex{};
    std::snprintf(hex.data(), hex.size(), "\\x%02x", byte);
    out += hex.data();
  }
  return out.empty() ? "-" : out;
}

int open_place(const std::string& place) {
  if (place == "-") return ::dup(STDOUT_FILENO);
  const int fd = ::open(place.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) throw_errno("open the access log", place);
  return fd;
}

}  // namespace

std::string access_line(const http::Exchange& exchange, std::time_t now) {
  const http::Request& request = exchange.request;
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 40> date{};
  std::strftime(date.data(), date.size(), "%d/%b/%Y:%H:%M:%S +0000", &utc);
  const std::string line =
      exchange.target.empty() ? "-"
                              : escaped(request.method + " " + exchange.target + " HTTP/" + exchange.version);
  return escaped(request.remote) + " - - [" + date.data() + "] \"" + line + "\" " +
         std::to_string(exchange.status) + " " + std::to_string(exchange.bytes) + " \"" +
         escaped(request.header("referer").value_or("")) + "\" \"" +
         escaped(request.header("user-agent").value_or("")) + "\" " + format_fixed(exchange.seconds, 3) +
         "\n";
}

AccessLog::AccessLog(std::string place) : place_(std::move(place)), fd_(open_place(place_)) {}

AccessLog::~AccessLog() {
  ::close(fd_);
}

void AccessLog::write(const http::Exchange& exchange) {
  const std::string line = access_line(exchange, std::time(nullptr));
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const auto written = ::write(fd_, line.data(), line.size());
}

void AccessLog::reopen() {
  const int fd = open_place(place_);
  const std::lock_guard lock(mutex_);
  ::close(fd_);
  fd_ = fd;
}

}  // namespace frag
