#include "libfrag/http/curl.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag::http {

CurlEasy make_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CurlEasy easy(curl_easy_init());
  if (!easy) throw Error(Errc::internal, "libcurl does not start");
  return easy;
}

void append(CurlHeaders& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw Error(Errc::internal, "libcurl: out of memory");
  (void)list.release();
  list.reset(longer);
}

// One header line as curl hands it out; a new status line starts over (redirects, 100 Continue).
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& headers = *static_cast<HeaderMap*>(user);
  const std::string_view line(data, size * count);
  if (line.substr(0, 5) == "HTTP/") headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    headers[name] = std::string(trimmed(line.substr(colon + 1)));
  }
  return line.size();
}

void set_common(CURL* easy, const std::string& url, const ClientOptions& options, CurlHeaders& headers) {
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "libfrag/" FRAG_VERSION);
  append(headers, "Expect:");  // no pause before a body
  if (!options.bearer_token.empty()) append(headers, "Authorization: Bearer " + options.bearer_token);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
}

std::string shown_url(const std::string& url) {
  return url.substr(0, url.find('?'));
}

void throw_curl(CURLcode code, const std::string& url) {
  Errc kind = Errc::unavailable;
  if (code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_REMOTE_ACCESS_DENIED) kind = Errc::not_found;
  if (code == CURLE_LOGIN_DENIED) kind = Errc::refused;
  throw Error(kind, shown_url(url) + ": " + curl_easy_strerror(code));
}

}  // namespace frag::http
