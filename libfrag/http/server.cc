#include "libfrag/http/server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "libfrag/base/text.h"

namespace frag::http {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

std::string form_decode(const std::string& text) {
  std::string out(text.size() + 1, '\0');
  const int length =
      mg_url_decode(text.data(), static_cast<int>(text.size()), out.data(), static_cast<int>(out.size()), 1);
  if (length < 0) throw HttpError(400, "a query value is not percent-encoded");
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::map<std::string, std::string> parse_query(const char* query) {
  std::map<std::string, std::string> params;
  if (query == nullptr) return params;
  for (const std::string& pair : split_text(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    params[form_decode(pair.substr(0, equals))] = form_decode(value);
  }
  return params;
}

void write_all(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const int written = mg_write(connection, bytes.data(), bytes.size());
    if (written <= 0) throw Error(Errc::unavailable, "the client is gone");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Gathers a streamed body into pieces worth a system call, framed as chunks where the length is not known.
class BodyWriter {
 public:
  BodyWriter(mg_connection* connection, bool chunked) : connection_(connection), chunked_(chunked) {}

  void write(std::string_view bytes) {
    pending_.append(bytes);
    if (pending_.size() >= kChunkBytes) flush();
  }

  void finish() {
    flush();
    if (chunked_) write_all(connection_, "0\r\n\r\n");
  }

 private:
  void flush() {
    if (pending_.empty()) return;
    if (chunked_) {
      std::array<char, 24> head{};
      std::snprintf(head.data(), head.size(), "%zx\r\n", pending_.size());
      pending_.insert(0, head.data());
      pending_ += "\r\n";
    }
    write_all(connection_, pending_);
    pending_.clear();
  }

  mg_connection* connection_;
  const bool chunked_;
  std::string pending_;
};

std::string head_of(const Response& response, bool keep_alive, bool chunked) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + reason_phrase(response.status) + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  if (chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 204 && response.status != 304) {
    const std::uint64_t length = response.stream ? response.stream_length.value_or(0) : response.body.size();
    head += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

void send(mg_connection* connection, const Request& request, const Response& response, bool http_1_0) {
  const bool chunked = response.stream && !response.stream_length && !http_1_0;
  // A stream may break off, and only a closed connection says so to every client.
  const bool wants_close = http_1_0 || lower(request.header("connection").value_or("")) == "close";
  const bool keep_alive = !response.stream && !wants_close;
  if (!keep_alive) mg_disable_connection_keep_alive(connection);
  std::string head = head_of(response, keep_alive, chunked);
  if (request.method == "HEAD") return write_all(connection, head);
  if (!response.stream) return write_all(connection, head += response.body);
  write_all(connection, head);
  BodyWriter writer(connection, chunked);
  response.stream([&writer](std::string_view bytes) { writer.write(bytes); });
  writer.finish();
}

Request make_request(mg_connection* connection, const mg_request_info& info) {
  Request request;
  request.method = info.request_method;
  request.path = info.local_uri == nullptr ? "" : info.local_uri;
  request.remote = info.remote_addr;
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers[lower(info.http_headers[i].name)] = info.http_headers[i].value;
  }
  request.params = parse_query(info.query_string);
  request.body = [connection](char* buffer, std::size_t capacity) -> std::size_t {
    const int got = mg_read(connection, buffer, capacity);
    if (got < 0) throw HttpError(400, "the body broke off");
    return static_cast<std::size_t>(got);
  };
  return request;
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

struct Server::Impl {
  std::function<Response(Request&)> handler;
  mg_context* context = nullptr;
  std::string host;
  int port = 0;

  // Debian's CivetWeb gives its threads 100 KiB of stack, and decoders and handlers may want more: each
  // request is answered on a thread with a whole one, which costs some 20 microseconds.
  static int on_request(mg_connection* connection) {
    int status = 503;
    try {
      std::thread([&] { status = answer(connection); }).join();
    } catch (const std::system_error&) {
      on_error(connection, status, "no thread to answer on; try again later");
    }
    return status;
  }

  static int answer(mg_connection* connection) {
    const mg_request_info* info = mg_get_request_info(connection);
    auto* self = static_cast<Impl*>(info->user_data);
    const bool http_1_0 = info->http_version != nullptr && std::strcmp(info->http_version, "1.0") == 0;
    Request request;
    Response response;
    try {
      request = make_request(connection, *info);
      if (info->content_length > 0) guard_length(request, static_cast<std::uint64_t>(info->content_length));
      response = self->handler(request);
    } catch (const std::exception& error) {
      response = problem_of(error);
    }
    try {
      send(connection, request, response, http_1_0);
    } catch (const std::exception&) {
      mg_disable_connection_keep_alive(connection);  // the client sees a body cut short
    }
    return response.status;
  }

  // What CivetWeb refuses by itself (malformed heads, unknown methods) speaks problem+json too.
  static int on_error(mg_connection* connection, int status, const char* message) {
    mg_disable_connection_keep_alive(connection);
    Request request;
    request.method = "GET";
    try {
      send(connection, request, Response::problem(status, message == nullptr ? "" : message), true);
    } catch (const std::exception&) {
      return 1;
    }
    return 0;
  }

  static int on_log(const mg_connection*, const char*) { return 1; }

  // Connects to the own port and leaves again.
  void knock() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 || address.sin_addr.s_addr == INADDR_ANY) {
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    if (fd >= 0) {
      [[maybe_unused]] const int ignored =
          ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
      ::close(fd);
    }
  }
};

Server::Server(const ServerOptions& options, std::function<Response(Request&)> handler)
    : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { mg_init_library(0); });
  impl_->handler = std::move(handler);
  impl_->host = options.host;

  const bool v6 = options.host.find(':') != std::string::npos;
  const std::string listen = (v6                            ? "[" + options.host + "]"
                              : options.host == "localhost" ? "127.0.0.1"
                                                            : options.host) +
                             ":" + std::to_string(options.port);
  const std::string threads = std::to_string(options.threads);
  const std::string timeout = std::to_string(options.timeout.count());
  const char* settings[] = {"listening_ports",
                            listen.c_str(),
                            "num_threads",
                            threads.c_str(),
                            "request_timeout_ms",
                            timeout.c_str(),
                            "enable_keep_alive",
                            "yes",
                            "keep_alive_timeout_ms",
                            "10000",
                            "tcp_nodelay",
                            "1",
                            "enable_directory_listing",
                            "no",
                            nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = Impl::on_request;
  callbacks.http_error = Impl::on_error;
  callbacks.log_message = Impl::on_log;
  callbacks.log_access = Impl::on_log;
  impl_->context = mg_start(&callbacks, impl_.get(), settings);
  mg_server_port port{};
  if (impl_->context == nullptr || mg_get_server_ports(impl_->context, 1, &port) < 1) {
    if (impl_->context != nullptr) mg_stop(impl_->context);
    throw Error(Errc::unavailable,
                "cannot listen on " + listen + ": the port is taken or not allowed; choose another");
  }
  impl_->port = port.port;
}

// CivetWeb's listener notices a stop only when its poll returns, up to two seconds later, unless somebody
// connects.
Server::~Server() {
  std::atomic<bool> stopped{false};
  std::thread waker([this, &stopped] {
    while (!stopped) {
      impl_->knock();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  mg_stop(impl_->context);
  stopped = true;
  waker.join();
}

int Server::port() const {
  return impl_->port;
}

std::string Server::url() const {
  const bool v6 = impl_->host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + impl_->host + "]" : impl_->host) + ":" + std::to_string(impl_->port);
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host == "localhost" || host == "::1" || (is_v4 && ntohl(address.s_addr) >> 24 == 127);
}

}  // namespace frag::http
