// What a result's intake is measured against: takes each PUT into a file of its own, syncs it and answers,
// and does nothing else. intake_benchmark.py runs it beside fragagg.
//
//   upload_sink FOLDER     prints its port
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void write_all(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(fd, bytes, count);
    if (written <= 0) fail("write");
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
}

// Reads up to the empty line; what came behind it stays in `rest`. The body's length, as curl says it.
std::uint64_t read_head(int peer, std::string& rest) {
  std::size_t end;
  std::vector<char> buffer(kBufferBytes);
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    const ssize_t got = ::read(peer, buffer.data(), buffer.size());
    if (got <= 0) return 0;
    rest.append(buffer.data(), static_cast<std::size_t>(got));
  }
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t length = rest.find(kLength);
  const std::uint64_t bytes =
      length == std::string::npos ? 0 : std::strtoull(rest.c_str() + length + kLength.size(), nullptr, 10);
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (rest.find("Expect: ") < end) write_all(peer, kContinue.data(), kContinue.size());
  rest.erase(0, end + 4);
  return bytes;
}

void take(int peer, const std::string& path) {
  std::string rest;
  const std::uint64_t bytes = read_head(peer, rest);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(path.c_str());
  write_all(file, rest.data(), rest.size());
  std::vector<char> buffer(kBufferBytes);
  for (std::uint64_t done = rest.size(); done < bytes;) {
    const ssize_t got = ::read(peer, buffer.data(), buffer.size());
    if (got <= 0) break;
    write_all(file, buffer.data(), static_cast<std::size_t>(got));
    done += static_cast<std::uint64_t>(got);
  }
  if (::fsync(file) != 0) fail("fsync");
  ::close(file);
  constexpr std::string_view kDone = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  write_all(peer, kDone.data(), kDone.size());
  ::close(peer);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 128) != 0)
    fail("listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (int count = 0;; ++count) {
    const int peer = ::accept(listener, nullptr, nullptr);
    if (peer < 0) fail("accept");
    std::thread(take, peer, std::string(argv[1]) + "/" + std::to_string(count)).detach();
  }
}
