// An HTTP client on libcurl for answers that fit memory; download.h is for bodies that do not.
//
// A Client keeps its connections open between calls and belongs to one thread; make one a thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"

namespace frag::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{5000};
  // The transfer fails when it moves nothing for this long. Must exceed the longest poll the server holds.
  std::chrono::seconds stall_timeout{30};
  std::string bearer_token;  // sent as "Authorization: Bearer" where not empty
};

// What a server answered where the caller wanted something else.
class AnswerError : public Error {
 public:
  AnswerError(Errc code, const std::string& message, int status,
              std::optional<std::chrono::seconds> retry_after)
      : Error(code, message), status_(status), retry_after_(retry_after) {}
  int status() const { return status_; }
  // The server's Retry-After, at most an hour.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  int status_;
  std::optional<std::chrono::seconds> retry_after_;
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Throws an AnswerError with the problem's detail unless the status is 2xx: 404 -> not_found, 401/403/409
  // -> refused, 5xx and 429 -> unavailable, other 4xx -> bad_input. `what` stands before the detail.
  const Answer& expect_ok(const std::string& what) const;
  Json json(const std::string& what) const;
};

// A body that may come in several attempts.
struct PartialBody {
  std::string bytes;  // from its beginning on
  std::string tag;    // the ETag that they came under
};

class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  void set_bearer_token(std::string token);

  // Errc::unavailable that names the URL where no answer came; any status that came is an Answer.
  // `header_lines` as "Name: value".
  Answer get(const std::string& url, const std::vector<std::string>& header_lines = {});
  Answer head(const std::string& url);
  // What `partial` lacks of the URL's body, appended to it, by Range and If-Range; all of it, anew, where the
  // server has another by now (200 instead of 206). What came stays in `partial` also where no more does and
  // this throws. Bodies of other statuses are the Answer's.
  Answer get_rest(const std::string& url, PartialBody& partial);
  Answer post_json(const std::string& url, const Json& body);
  Answer put(const std::string& url, std::string_view body,
             const std::vector<std::string>& header_lines = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Percent-encodes a query value or path segment.
std::string percent_encode(std::string_view text);

// "?a=1&b=2" with values encoded; pairs with an empty value are left out.
std::string make_query(const std::vector<std::pair<std::string, std::string>>& pairs);

// `url` without trailing slashes; Errc::usage unless it is http:// or https://, or ftp:// where `ftp` says
// so.
enum class Ftp { refused, allowed };
std::string normalise_base_url(const std::string& url, Ftp ftp = Ftp::refused);

}  // namespace frag::http
