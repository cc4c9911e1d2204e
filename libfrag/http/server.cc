#include "libfrag/http/server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include "libfrag/http/exchange_io.h"

namespace frag::http {
namespace {

using Clock = std::chrono::steady_clock;

// Threads beyond those that the limits need: for connections on their way to being refused.
constexpr int kSpareThreads = 8;

// Where mg_request_info lies within a connection. CivetWeb fills in the peer's address before it calls
// init_connection, but hands out the info only once a request has come; a peer that never sends one is
// exactly whom the limits are for. So the place is learned from the first request of the process.
std::atomic<std::ptrdiff_t> g_info_at{0};

const mg_request_info* early_info(const mg_connection* connection) {
  const std::ptrdiff_t at = g_info_at.load();
  if (at == 0) return nullptr;
  return reinterpret_cast<const mg_request_info*>(reinterpret_cast<const char*>(connection) + at);
}

void learn_info_place(const mg_connection* connection, const mg_request_info* info) {
  g_info_at.store(reinterpret_cast<const char*>(info) - reinterpret_cast<const char*>(connection));
}

// How a server asks itself once where the info lies.
constexpr const char* kProbePath = "/.well-known/libfrag-probe";

Response too_many() {
  return problem_of(
      try_later("this server has as many connections as it takes, in all or from this address", 2));
}

}  // namespace

struct Server::Impl {
  ServerOptions options;
  std::function<Response(Request&)> handler;
  std::unique_ptr<Connections> connections;
  mg_context* context = nullptr;
  int port = 0;

  // What a CivetWeb connection carries.
  struct Peer {
    Connections::Handle connection;
  };

  static Impl* of(const mg_connection* connection) {
    return static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
  }
  static Peer* peer_of(const mg_connection* connection) {
    return static_cast<Peer*>(mg_get_user_connection_data(connection));
  }

  static int on_open(const mg_connection* connection, void** data) {
    Impl* self = of(connection);
    const mg_request_info* info = early_info(connection);
    if (info == nullptr) return 0;
    const auto handle = self->connections->open(info->remote_addr, info->remote_port);
    *data = new Peer{handle};
    if (handle->place == Connections::Place::refused) {
      const std::string refusal = as_bytes(too_many());
      mg_write(const_cast<mg_connection*>(connection), refusal.data(), refusal.size());
      self->connections->drop(handle);
    }
    return 0;
  }

  static void on_closed(const mg_connection* connection) {
    const Peer* peer = peer_of(connection);
    if (peer == nullptr) return;
    of(connection)->connections->close(peer->connection);
    delete peer;
  }

  // Debian's CivetWeb gives its threads 100 KiB of stack, and decoders and handlers may want more: each
  // request is answered on a thread with a whole one, which costs some 20 microseconds.
  static int on_request(mg_connection* connection) {
    const mg_request_info* info = mg_get_request_info(connection);
    const bool first = g_info_at.load() == 0;
    learn_info_place(connection, info);
    if (first && info->local_uri != nullptr && std::string_view(info->local_uri) == kProbePath) {
      send_response(connection, {}, Response::text("ok\n"), true, true);
      return 200;
    }
    const Peer* peer = peer_of(connection);
    Impl* self = of(connection);
    if (peer != nullptr) self->connections->set_state(peer->connection, Connections::State::busy);
    int status = 503;
    try {
      std::thread([&] { status = self->answer(connection, peer); }).join();
    } catch (const std::system_error&) {
      on_error(connection, status, "no thread to answer on; try again later");
    }
    if (peer != nullptr) self->connections->set_state(peer->connection, Connections::State::idle);
    return status;
  }

  int answer(mg_connection* connection, const Peer* peer) {
    const Clock::time_point start = Clock::now();
    const mg_request_info* info = mg_get_request_info(connection);
    const std::string version = info->http_version == nullptr ? "" : info->http_version;
    const bool within = peer == nullptr || peer->connection->place == Connections::Place::regular;
    Request request;
    Response response;
    bool close = true;  // what could not be read as a request may have another behind it
    try {
      request = read_request(connection, *info);
      close = !within;
      const bool always = std::count(options.always.begin(), options.always.end(), request.path) > 0;
      if (!within && !always) connections->count_refused();
      response = within || always ? handler(request) : too_many();
    } catch (const std::exception& error) {
      response = problem_of(error);
    }
    const Sent sent = send_response(connection, request, response, version == "1.0", close);
    if (options.done) {
      const std::string query = info->query_string == nullptr ? "" : std::string("?") + info->query_string;
      const char* path = info->request_uri == nullptr ? "" : info->request_uri;
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      options.done({request, path + query, version, response.status, sent.bytes, seconds, sent.broken_off});
    }
    return response.status;
  }

  // What CivetWeb refuses by itself (malformed heads, unknown methods) speaks problem+json too.
  static int on_error(mg_connection* connection, int status, const char* message) {
    Request request;
    request.method = "GET";
    const Response response = Response::problem(status, message == nullptr ? "" : message);
    const Sent sent = send_response(connection, request, response, true);
    const Impl* self = of(connection);
    if (self->options.done)
      self->options.done({request, "", "", response.status, sent.bytes, 0, sent.broken_off});
    return sent.broken_off ? 1 : 0;
  }

  static int on_log(const mg_connection*, const char*) { return 1; }

  // Connects to the own port; -1 where that fails.
  int connect_to_self(int flags) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr) != 1 ||
        address.sin_addr.s_addr == INADDR_ANY) {
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    if (fd >= 0) {
      [[maybe_unused]] const int ignored =
          ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    return fd;
  }

  void knock() const {
    const int fd = connect_to_self(SOCK_NONBLOCK);
    if (fd >= 0) ::close(fd);
  }

  // One request to itself, so that the limits hold from the first peer on.
  void probe() const {
    const int fd = connect_to_self(0);
    const std::string request = std::string("GET ") + kProbePath + " HTTP/1.0\r\n\r\n";
    const timeval limit{2, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    char answer[512];
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      while (::recv(fd, answer, sizeof answer, 0) > 0) {
      }
    }
    if (fd >= 0) ::close(fd);
  }

  std::string address_text() const {
    const bool v6 = options.host.find(':') != std::string::npos;
    const std::string host = v6                            ? "[" + options.host + "]"
                             : options.host == "localhost" ? "127.0.0.1"
                                                           : options.host;
    return host + ":" + std::to_string(options.port);
  }

  void start(const std::string& listen);
};

void Server::Impl::start(const std::string& listen) {
  const ConnectionLimits& limits = options.limits;
  const std::string threads =
      std::to_string(limits.all > 0 ? limits.all + limits.reserve + kSpareThreads : options.threads);
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
                            "decode_url",
                            "no",
                            "enable_directory_listing",
                            "no",
                            "listen_backlog",
                            "1024",
                            "connection_queue",
                            "128",
                            nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = on_request;
  callbacks.http_error = on_error;
  callbacks.log_message = on_log;
  callbacks.log_access = on_log;
  callbacks.init_connection = on_open;
  callbacks.connection_close = on_closed;  // while the socket is still open: its number is no one else's yet
  context = mg_start(&callbacks, this, settings);
}

Server::Server(const ServerOptions& options, std::function<Response(Request&)> handler)
    : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { mg_init_library(0); });
  impl_->handler = std::move(handler);
  impl_->options = options;
  impl_->connections = std::make_unique<Connections>(options.limits, shut_down_peer);
  const std::string listen = impl_->address_text();
  impl_->start(listen);
  mg_server_port port{};
  if (impl_->context == nullptr || mg_get_server_ports(impl_->context, 1, &port) < 1) {
    if (impl_->context != nullptr) mg_stop(impl_->context);
    throw Error(Errc::unavailable,
                "cannot listen on " + listen + ": the port is taken or not allowed; choose another");
  }
  impl_->port = port.port;
  if (options.limits.all > 0 && g_info_at.load() == 0) impl_->probe();
}

Connections::Stats Server::connections() const {
  return impl_->connections->stats();
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
  const bool v6 = impl_->options.host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + impl_->options.host + "]" : impl_->options.host) + ":" +
         std::to_string(impl_->port);
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host == "localhost" || host == "::1" || (is_v4 && ntohl(address.s_addr) >> 24 == 127);
}

}  // namespace frag::http
