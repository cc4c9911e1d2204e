#include "server/hangup.h"

#include <atomic>
#include <csignal>

namespace frag {
namespace {

std::atomic<bool> g_hangup{false};

}  // namespace

void install_hangup_handler() {
  struct sigaction action {};
  action.sa_handler = [](int) { g_hangup.store(true); };
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGHUP, &action, nullptr);
}

bool take_hangup() {
  return g_hangup.exchange(false);
}

}  // namespace frag
