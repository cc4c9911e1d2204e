#include "libfrag/http/download.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "libfrag/http/curl.h"

namespace frag::http {

struct Downloader::Impl {
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  ClientOptions options;
  std::function<bool()> cancelled;
  std::unique_ptr<CURLM, MultiDeleter> multi{curl_multi_init()};
  CurlEasy easy = make_curl();

  // Of the download under way.
  bool started = false;
  std::string url;
  std::optional<ByteRange> range;
  CurlHeaders headers;
  HeaderMap answer_headers;
  std::string buffer;
  std::size_t taken = 0;       // of buffer
  std::uint64_t received = 0;  // of the body
  bool ended = false;
  CURLcode result = CURLE_OK;  // once ended

  ~Impl() { drop(); }

  void drop() {
    if (std::exchange(started, false)) curl_multi_remove_handle(multi.get(), easy.get());
  }

  void start(const std::string& from, std::optional<ByteRange> part) {
    drop();
    url = from;
    range = part;
    headers.reset();
    answer_headers.clear();
    buffer.clear();
    taken = 0;
    received = 0;
    ended = false;
    curl_easy_reset(easy.get());
    set_common(easy.get(), url, options, headers);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer_headers);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy.get(), CURLOPT_BUFFERSIZE, 512L * 1024);
    if (range) {
      const std::string bytes =
          std::to_string(range->first) + "-" + std::to_string(range->first + range->count - 1);
      curl_easy_setopt(easy.get(), CURLOPT_RANGE, bytes.c_str());
    }
    curl_multi_add_handle(multi.get(), easy.get());
    started = true;
  }

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto* self = static_cast<Impl*>(user);
    self->buffer.append(data, size * count);
    self->received += size * count;
    return size * count;
  }

  bool empty() const { return taken == buffer.size(); }

  // Moves the transfer on until there are bytes to take or it has ended. A failure waits until what came
  // before is taken.
  void pump() {
    buffer.clear();
    taken = 0;
    while (buffer.empty() && !ended) {
      if (cancelled && cancelled()) throw Error(Errc::interrupted, shown_url(url) + ": stopped");
      int running = 0;
      curl_multi_perform(multi.get(), &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        ended = true;
        result = message->data.result;
      }
      if (buffer.empty() && !ended) curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
    }
    if (buffer.empty() && result != CURLE_OK) throw_curl(result, url);
  }

  // At the end of a body that came without an error.
  void check_complete() const {
    if (range && received != range->count) {
      throw Error(Errc::unavailable, shown_url(url) + ": " + std::to_string(received) + " bytes where " +
                                         std::to_string(range->count) + " were asked for");
    }
  }

  bool is_ftp() const { return url.compare(0, 6, "ftp://") == 0; }

  void check_head() {
    if (is_ftp()) return;
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (range && status == 200) {
      throw Error(Errc::refused,
                  shown_url(url) + ": this server gives files as a whole only (it ignores Range)");
    }
    if (status / 100 == 2) return;
    constexpr std::size_t kMostWords = 65536;  // of what a refusal may say
    Answer answer{static_cast<int>(status), answer_headers, {}};
    while (true) {
      answer.body += buffer;
      if (ended || answer.body.size() > kMostWords) break;
      pump();
    }
    answer.expect_ok(shown_url(url));
  }
};

Downloader::Downloader(ClientOptions options, std::function<bool()> cancelled)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->cancelled = std::move(cancelled);
}

Downloader::~Downloader() = default;

void Downloader::set_cancelled(std::function<bool()> cancelled) {
  impl_->cancelled = std::move(cancelled);
}

void Downloader::open(const std::string& url, std::optional<ByteRange> range) {
  impl_->start(url, range);
  impl_->pump();
  impl_->check_head();
}

std::size_t Downloader::read(char* buffer, std::size_t capacity) {
  if (impl_->empty()) impl_->pump();
  const std::size_t take = std::min(capacity, impl_->buffer.size() - impl_->taken);
  std::memcpy(buffer, impl_->buffer.data() + impl_->taken, take);
  impl_->taken += take;
  if (take == 0 && capacity > 0) impl_->check_complete();
  return take;
}

std::string Downloader::get(const std::string& url, std::optional<ByteRange> range, std::uint64_t limit) {
  open(url, range);
  std::string body;
  while (true) {
    if (impl_->empty()) impl_->pump();
    if (impl_->empty()) break;
    body.append(impl_->buffer, impl_->taken);
    impl_->taken = impl_->buffer.size();
    if (body.size() > limit)
      throw Error(Errc::bad_input, shown_url(url) + ": more than " + std::to_string(limit) + " bytes");
  }
  impl_->check_complete();
  return body;
}

}  // namespace frag::http
