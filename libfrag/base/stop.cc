#include "libfrag/base/stop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "libfrag/base/error.h"

namespace frag {
namespace {

std::atomic<bool> g_stop{false};
int g_event = -1;

void on_signal(int signal) {
  const int saved = errno;
  g_stop.store(true);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(g_event, &one, sizeof one);
  std::signal(signal, SIG_DFL);
  errno = saved;
}

}  // namespace

void install_stop_handler() {
  if (g_event < 0) g_event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool stop_requested() {
  return g_stop.load();
}

bool wait_for_stop(std::chrono::milliseconds limit) {
  // The event is never read, so every later call returns at once too.
  pollfd event{g_event, POLLIN, 0};
  if (!stop_requested()) ::poll(&event, 1, static_cast<int>(limit.count()));
  return stop_requested();
}

void throw_if_stopped() {
  if (stop_requested()) throw Error(Errc::interrupted, "stopped by a signal");
}

}  // namespace frag
