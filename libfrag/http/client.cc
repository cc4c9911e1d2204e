#include "libfrag/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <mutex>

#include "libfrag/base/error.h"

namespace frag::http {
namespace {

using Headers = std::map<std::string, std::string>;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

Easy make_easy() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Easy easy(curl_easy_init());
  if (!easy) throw Error(Errc::internal, "libcurl does not start");
  return easy;
}

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw Error(Errc::internal, "libcurl: out of memory");
  (void)list.release();
  list.reset(longer);
}

// One header line as curl hands it out; a new status line starts over (redirects, 100 Continue).
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& headers = *static_cast<Headers*>(user);
  const std::string_view line(data, size * count);
  if (line.substr(0, 5) == "HTTP/") headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())) != 0)
      value.remove_prefix(1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())) != 0)
      value.remove_suffix(1);
    headers[name] = std::string(value);
  }
  return line.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  static_cast<std::string*>(user)->append(data, size * count);
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

void set_common(CURL* easy, const std::string& url, const ClientOptions& options, List& headers) {
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "libfrag/" FRAG_VERSION);
  append(headers, "Expect:");  // no pause before a body
  if (!options.bearer_token.empty()) append(headers, "Authorization: Bearer " + options.bearer_token);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
}

[[noreturn]] void throw_curl(CURLcode code, const std::string& url) {
  throw Error(Errc::unavailable, url + ": " + curl_easy_strerror(code));
}

}  // namespace

const Answer& Answer::expect_ok(const std::string& what) const {
  if (status >= 200 && status < 300) return *this;
  std::string detail = "HTTP " + std::to_string(status);
  const auto problem = Json::parse(body, nullptr, false);
  if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string()) {
    detail += ": " + problem["detail"].get<std::string>();
  }
  Errc code = Errc::bad_input;
  if (status == 404) code = Errc::not_found;
  if (status == 401 || status == 403 || status == 409) code = Errc::refused;
  if (status == 429 || status >= 500) code = Errc::unavailable;
  throw Error(code, what + ": " + detail);
}

Json Answer::json(const std::string& what) const {
  return parse_json(body, what);
}

struct Client::Impl {
  ClientOptions options;
  Easy easy = make_easy();

  // `prepare` sets what differs between the methods.
  template <class Prepare>
  Answer perform(const std::string& url, List headers, Prepare prepare) {
    Answer answer;
    curl_easy_reset(easy.get());
    set_common(easy.get(), url, options, headers);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer.headers);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer.body);
    prepare(easy.get());
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

Answer Client::get(const std::string& url) {
  return impl_->perform(url, nullptr, [](CURL*) {});
}

Answer Client::post_json(const std::string& url, const Json& body) {
  const std::string text = body.dump();
  List headers;
  append(headers, "Content-Type: application/json");
  return impl_->perform(url, std::move(headers), [&text](CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, text.data());
  });
}

Answer Client::put(const std::string& url, std::string_view body,
                   const std::vector<std::string>& header_lines) {
  Upload upload{body};
  List headers;
  for (const auto& line : header_lines) append(headers, line);
  return impl_->perform(url, std::move(headers), [&](CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, &upload);
  });
}

struct BodyStream::Impl {
  std::string url;
  List headers;
  Easy easy = make_easy();
  CURLM* multi = curl_multi_init();
  Headers answer_headers;
  std::string buffer;
  std::size_t taken = 0;  // of buffer
  bool ended = false;
  CURLcode result = CURLE_OK;  // once ended

  ~Impl() {
    curl_multi_remove_handle(multi, easy.get());
    curl_multi_cleanup(multi);
  }

  bool empty() const { return taken == buffer.size(); }

  // Moves the transfer on until there are bytes to take or it has ended. A failure waits until what came
  // before is taken.
  void pump() {
    buffer.clear();
    taken = 0;
    while (buffer.empty() && !ended) {
      int running = 0;
      curl_multi_perform(multi, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        ended = true;
        result = message->data.result;
      }
      if (buffer.empty() && !ended) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    if (buffer.empty() && result != CURLE_OK) throw_curl(result, url);
  }

  int status() const {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }
};

BodyStream::BodyStream(const std::string& url, const ClientOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->url = url;
  set_common(impl_->easy.get(), impl_->url, options, impl_->headers);
  curl_easy_setopt(impl_->easy.get(), CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(impl_->easy.get(), CURLOPT_HEADERDATA, &impl_->answer_headers);
  curl_easy_setopt(impl_->easy.get(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(impl_->easy.get(), CURLOPT_WRITEDATA, &impl_->buffer);
  curl_multi_add_handle(impl_->multi, impl_->easy.get());
  impl_->pump();
  if (impl_->status() / 100 == 2) return;
  Answer answer{impl_->status(), impl_->answer_headers, {}};
  while (true) {
    answer.body += impl_->buffer;
    if (impl_->ended) break;
    impl_->pump();
  }
  answer.expect_ok(url);
}

BodyStream::~BodyStream() = default;

std::size_t BodyStream::read(char* buffer, std::size_t capacity) {
  if (impl_->empty()) impl_->pump();
  const std::size_t take = std::min(capacity, impl_->buffer.size() - impl_->taken);
  std::memcpy(buffer, impl_->buffer.data() + impl_->taken, take);
  impl_->taken += take;
  return take;
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

std::string normalise_base_url(const std::string& url) {
  if (url.compare(0, 7, "http://") != 0 && url.compare(0, 8, "https://") != 0) {
    throw Error(Errc::usage, "\"" + url + "\" is not an address; write it as http://HOST:PORT");
  }
  std::string base = url;
  while (base.back() == '/') base.pop_back();
  return base;
}

}  // namespace frag::http
