// Requests and responses as handlers see them: plain values, so that a handler is tested without a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"

namespace frag::http {

// Reads up to `capacity` bytes of a body into `buffer`; 0 at its end. Throws Error(Errc::unavailable) when
// the peer is gone.
using BodyReader = std::function<std::size_t(char* buffer, std::size_t capacity)>;

struct Request {
  std::string method;                           // upper case
  std::string path;                             // percent-decoded, without the query
  std::map<std::string, std::string> params;    // the query, percent-decoded; the last of equal names
  std::map<std::string, std::string> headers;   // names in lower case
  std::map<std::string, std::string> captures;  // what the route's {names} matched
  std::string route;                            // the pattern that matched, empty where none did
  std::string remote;                           // the peer's address, or what a trusted proxy says it is
  BodyReader body;                              // empty function: no body
  // Ends the body where it is: whoever reads it is told that it broke off. For another thread, and only while
  // the request is being answered. Empty where there is no connection.
  std::function<void()> cut;

  // The header or query parameter of that name (header names in lower case), nullopt where absent.
  std::optional<std::string> header(const std::string& name) const;
  std::optional<std::string> param(const std::string& name) const;
  // The token of "Authorization: Bearer TOKEN", empty where there is none.
  std::string bearer_token() const;
};

// The whole body; HttpError 413 where it is longer than `limit` bytes.
std::string read_body(const Request& request, std::uint64_t limit);

// Takes the next bytes of a streamed body. Throws Error(Errc::unavailable) when the peer is gone.
using Sink = std::function<void(std::string_view)>;

// Writes a body, piece by piece: a piece is sent as it comes where it is worth a system call.
using BodyWriter = std::function<void(const Sink&)>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Where set, it is called once with a sink and `body` is ignored. An exception from it cuts the connection,
  // so that the client sees a body cut short and never a wrong one.
  BodyWriter stream;
  // The length of what `stream` will write, where it is known beforehand; else the body is sent chunked.
  std::optional<std::uint64_t> stream_length;

  static Response text(std::string body, const char* content_type = "text/plain; charset=utf-8");
  static Response json(const Json& value, int status = 200);
  // application/problem+json of RFC 9457: {"type", "title", "status", "detail"}.
  static Response problem(int status, const std::string& detail);
};

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

// An Error that also says which HTTP status it becomes, and which headers go with it.
class HttpError : public Error {
 public:
  HttpError(int status, const std::string& detail, HeaderLines headers = {});
  int status() const { return status_; }
  const HeaderLines& headers() const { return headers_; }

 private:
  int status_;
  HeaderLines headers_;
};

// 503 with Retry-After: the same request may succeed in so many seconds, at least 1.
HttpError try_later(const std::string& detail, int seconds = 1);

// The problem response for an exception that left a handler.
Response problem_of(const std::exception& error);

// The standard reason phrase, for example "Conflict"; "Unknown" for codes we never send.
const char* reason_phrase(int status);

}  // namespace frag::http
