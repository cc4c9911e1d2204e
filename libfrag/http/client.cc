#include "libfrag/http/client.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/http/curl.h"

namespace frag::http {
namespace {

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  static_cast<std::string*>(user)->append(data, size * count);
  return size * count;
}

// Where a body goes that may be the rest of one.
struct Receiving {
  CURL* easy = nullptr;
  PartialBody* partial = nullptr;
  Answer* answer = nullptr;
  bool begun = false;
};

std::size_t on_rest(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  long status = 0;
  curl_easy_getinfo(receiving.easy, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 && !receiving.begun) {
    const auto tag = receiving.answer->headers.find("etag");
    *receiving.partial = {{}, tag == receiving.answer->headers.end() ? "" : tag->second};
  }
  receiving.begun = true;
  std::string& body = status == 200 || status == 206 ? receiving.partial->bytes : receiving.answer->body;
  body.append(data, size * count);
  return size * count;
}

struct Upload {
  std::string_view rest;
};

std::size_t on_upload(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const std::size_t take = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), take);
  upload.rest.remove_prefix(take);
  return take;
}

}  // namespace

const Answer& Answer::expect_ok(const std::string& what) const {
  if (status >= 200 && status < 300) return *this;
  std::string detail = "HTTP " + std::to_string(status);
  const Json problem = parse_if_json(body);
  if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string()) {
    detail += ": " + problem["detail"].get<std::string>();
  }
  Errc code = Errc::bad_input;
  if (status == 404) code = Errc::not_found;
  if (status == 401 || status == 403 || status == 409) code = Errc::refused;
  if (status == 429 || status >= 500) code = Errc::unavailable;
  std::optional<std::chrono::seconds> retry_after;
  if (const auto stated = headers.find("retry-after"); stated != headers.end()) {
    // The other form, a date, is for pages that people wait for.
    const auto seconds = parse_integer(stated->second);
    if (seconds && *seconds >= 0) retry_after.emplace(std::min<std::int64_t>(*seconds, 3600));
  }
  throw AnswerError(code, what + ": " + detail, status, retry_after);
}

Json Answer::json(const std::string& what) const {
  return parse_json(body, what);
}

struct Client::Impl {
  ClientOptions options;
  CurlEasy easy = make_curl();

  // `prepare` sets what differs between the methods.
  template <class Prepare>
  Answer perform(const std::string& url, CurlHeaders headers, Prepare prepare) {
    Answer answer;
    curl_easy_reset(easy.get());
    set_common(easy.get(), url, options, headers);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer.headers);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer.body);
    prepare(easy.get(), answer);
    const CURLcode code = curl_easy_perform(easy.get());
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    // A server may answer an upload early and close: what it said counts more than the broken send.
    if (code != CURLE_OK && !(code == CURLE_SEND_ERROR && status >= 400)) throw_curl(code, url);
    return answer;
  }
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

void Client::set_bearer_token(std::string token) {
  impl_->options.bearer_token = std::move(token);
}

Answer Client::get(const std::string& url, const std::vector<std::string>& header_lines) {
  CurlHeaders headers;
  for (const auto& line : header_lines) append(headers, line);
  return impl_->perform(url, std::move(headers), [](CURL*, Answer&) {});
}

Answer Client::head(const std::string& url) {
  return impl_->perform(url, nullptr,
                        [](CURL* easy, Answer&) { curl_easy_setopt(easy, CURLOPT_NOBODY, 1L); });
}

Answer Client::get_rest(const std::string& url, PartialBody& partial) {
  CurlHeaders headers;
  if (!partial.bytes.empty() && !partial.tag.empty()) {
    append(headers, "Range: bytes=" + std::to_string(partial.bytes.size()) + "-");
    append(headers, "If-Range: " + partial.tag);
  }
  Receiving receiving;
  return impl_->perform(url, std::move(headers), [&](CURL* easy, Answer& answer) {
    receiving = {easy, &partial, &answer, false};
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_rest);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiving);
  });
}

Answer Client::post_json(const std::string& url, const Json& body) {
  const std::string text = body.dump();
  CurlHeaders headers;
  append(headers, "Content-Type: application/json");
  return impl_->perform(url, std::move(headers), [&text](CURL* easy, Answer&) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, text.data());
  });
}

Answer Client::put(const std::string& url, std::string_view body,
                   const std::vector<std::string>& header_lines) {
  Upload upload{body};
  CurlHeaders headers;
  for (const auto& line : header_lines) append(headers, line);
  return impl_->perform(url, std::move(headers), [&](CURL* easy, Answer&) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, &upload);
  });
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || std::strchr("-._~", letter) != nullptr) {
      out += letter;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::string make_query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string query;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    query += (query.empty() ? "?" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  return query;
}

std::string normalise_base_url(const std::string& url, Ftp ftp) {
  const auto begins = [&url](std::string_view scheme) { return url.compare(0, scheme.size(), scheme) == 0; };
  if (!begins("http://") && !begins("https://") && !(ftp == Ftp::allowed && begins("ftp://"))) {
    throw Error(Errc::usage, "\"" + url + "\" is not an address; write it as http://HOST:PORT" +
                                 (ftp == Ftp::allowed ? " or ftp://HOST/FOLDER" : ""));
  }
  std::string base = url;
  while (base.back() == '/') base.pop_back();
  return base;
}

}  // namespace frag::http
