#include "libfrag/http/exchange_io.h"

#include <civetweb.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "libfrag/base/text.h"
#include "libfrag/http/connections.h"
#include "libfrag/http/query.h"

namespace frag::http {
namespace {

// A piece of a body from which on copying it to a larger one costs more than the system call.
constexpr std::size_t kPieceBytes = 256 * 1024;
// Smaller pieces are gathered, but a slow source's bytes wait no longer than this.
constexpr std::chrono::milliseconds kLongestWait{500};

void write_all(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const int written = mg_write(connection, bytes.data(), bytes.size());
    if (written <= 0) throw Error(Errc::unavailable, "the client is gone");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Gathers a streamed body into pieces worth a system call, framed as chunks where the length is not known.
class Body {
 public:
  Body(mg_connection* connection, bool chunked, std::uint64_t& bytes)
      : connection_(connection), chunked_(chunked), bytes_(bytes) {}

  void write(std::string_view bytes) {
    if (pending_.empty() && bytes.size() >= kPieceBytes) return send(bytes);
    pending_.append(bytes);
    if (pending_.size() >= kPieceBytes || Clock::now() - sent_ >= kLongestWait) flush();
  }

  void finish() {
    flush();
    if (chunked_) write_all(connection_, first_ ? "0\r\n\r\n" : "\r\n0\r\n\r\n");
  }

 private:
  using Clock = std::chrono::steady_clock;

  void flush() {
    if (!pending_.empty()) send(pending_);
    pending_.clear();
  }

  // A chunk's closing line break goes out with the next chunk's head.
  void send(std::string_view bytes) {
    if (chunked_) {
      std::array<char, 24> head{};
      std::snprintf(head.data(), head.size(), first_ ? "%zx\r\n" : "\r\n%zx\r\n", bytes.size());
      first_ = false;
      write_all(connection_, head.data());
    }
    write_all(connection_, bytes);
    bytes_ += bytes.size();
    sent_ = Clock::now();
  }

  mg_connection* connection_;
  const bool chunked_;
  bool first_ = true;
  std::string pending_;
  std::uint64_t& bytes_;  // sent so far
  Clock::time_point sent_ = Clock::now();
};

// Without a length, and not in chunks, the body ends with the connection.
std::string head_of(const Response& response, bool keep_alive, bool chunked) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + reason_phrase(response.status) + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  const std::optional<std::uint64_t> length =
      response.stream ? response.stream_length : std::optional<std::uint64_t>(response.body.size());
  if (chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (length && response.status != 204 && response.status != 304) {
    head += "Content-Length: " + std::to_string(*length) + "\r\n";
  }
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

void send_body(mg_connection* connection, const Response& response, bool chunked, Sent& sent) {
  Body body(connection, chunked, sent.bytes);
  response.stream([&body](std::string_view bytes) { body.write(bytes); });
  body.finish();
  if (response.stream_length && sent.bytes != *response.stream_length)
    throw Error(Errc::internal, "a body of another length than was said");
}

// A body that ends before its Content-Length must not pass for a whole one.
void guard_length(Request& request, std::uint64_t expected) {
  request.body = [inner = request.body, expected, seen = std::uint64_t{0}](char* buffer,
                                                                           std::size_t capacity) mutable {
    const std::size_t got = inner(buffer, capacity);
    seen += got;
    if (got == 0 && seen < expected) throw HttpError(400, "the body ended before its Content-Length");
    return got;
  };
}

}  // namespace

namespace {

// CivetWeb takes a length that it cannot read for none or for the largest.
void check_length(const Request& request) {
  const auto length = request.header("content-length");
  if (!length) return;
  const auto value = parse_integer(*length);
  if (!value || *value < 0) throw HttpError(400, "Content-Length is no number of bytes");
  if (request.header("transfer-encoding")) throw HttpError(400, "Content-Length beside Transfer-Encoding");
}

}  // namespace

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

// A client that waits for leave to send its body (curl does, for a second, with a long one) gets it when the
// body is first read: so one that is refused before sends nothing.
Request read_request(mg_connection* connection, const mg_request_info& info) {
  Request request;
  request.method = info.request_method;
  request.path = path_decode(info.local_uri == nullptr ? "" : info.local_uri);
  request.remote = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers[lower(info.http_headers[i].name)] = info.http_headers[i].value;
  }
  const bool expects = lower(request.header("expect").value_or("")) == "100-continue";
  request.body = [connection, waits = expects](char* buffer, std::size_t capacity) mutable -> std::size_t {
    if (std::exchange(waits, false)) write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    const int got = mg_read(connection, buffer, capacity);
    if (got < 0) throw HttpError(400, "the body broke off");
    return static_cast<std::size_t>(got);
  };
  request.cut = [address = request.remote, port = info.remote_port] { shut_down_peer(address, port); };
  check_length(request);
  if (info.content_length > 0) guard_length(request, static_cast<std::uint64_t>(info.content_length));
  if (info.query_string != nullptr) request.params = parse_query(info.query_string);
  return request;
}

std::string as_bytes(const Response& response) {
  return head_of(response, false, false) + response.body;
}

Sent send_response(mg_connection* connection, const Request& request, const Response& response, bool http_1_0,
                   bool close) {
  Sent sent;
  try {
    const bool chunked = response.stream && !response.stream_length && !http_1_0;
    // A chunked body and one of a known length both mark their end; a stream that breaks off throws, and then
    // the connection is closed before that end.
    const bool keep_alive =
        !close && !http_1_0 && lower(request.header("connection").value_or("")) != "close";
    if (!keep_alive) mg_disable_connection_keep_alive(connection);
    std::string head = head_of(response, keep_alive, chunked);
    const bool whole = request.method != "HEAD" && !response.stream;
    if (whole) head += response.body;
    write_all(connection, head);
    if (whole) sent.bytes = response.body.size();
    if (request.method != "HEAD" && response.stream) send_body(connection, response, chunked, sent);
  } catch (const std::exception&) {
    sent.broken_off = true;
    mg_disable_connection_keep_alive(connection);
  }
  return sent;
}

}  // namespace frag::http
