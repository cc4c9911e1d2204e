// An HTTP client on libcurl: whole answers, or a body pulled as it arrives.
//
// A Client keeps its connections open between calls and belongs to one thread; make one a thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{5000};
  // The transfer fails when it moves nothing for this long. Must exceed the longest poll the server holds.
  std::chrono::seconds stall_timeout{30};
  std::string bearer_token;  // sent as "Authorization: Bearer" where not empty
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Throws an Error with the problem's detail unless the status is 2xx: 404 -> not_found, 401/403/409 ->
  // refused, 5xx and 429 -> unavailable, other 4xx -> bad_input. `what` stands before the detail.
  const Answer& expect_ok(const std::string& what) const;
  Json json(const std::string& what) const;
};

class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  void set_bearer_token(std::string token);

  // Errc::unavailable that names the URL where no answer came; any status that came is an Answer.
  Answer get(const std::string& url);
  Answer post_json(const std::string& url, const Json& body);
  // `header_lines` as "Name: value".
  Answer put(const std::string& url, std::string_view body,
             const std::vector<std::string>& header_lines = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The body of one GET, pulled by the reader at its own pace. Belongs to one thread.
class BodyStream {
 public:
  // Connects and waits for the response head. Errors as Client::get, and as Answer::expect_ok for a status
  // other than 2xx.
  BodyStream(const std::string& url, const ClientOptions& options);
  ~BodyStream();
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  // Up to `capacity` bytes; 0 at the end of a complete body. Errc::unavailable where the body was cut short
  // or stalled.
  std::size_t read(char* buffer, std::size_t capacity);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Percent-encodes a query value or path segment.
std::string percent_encode(std::string_view text);

// "?a=1&b=2" with values encoded; pairs with an empty value are left out.
std::string make_query(const std::vector<std::pair<std::string, std::string>>& pairs);

// `url` without trailing slashes; Errc::usage unless it is http:// or https://.
std::string normalise_base_url(const std::string& url);

}  // namespace frag::http
