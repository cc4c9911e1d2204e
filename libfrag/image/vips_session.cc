#include "libfrag/image/vips_session.h"

namespace frag {
namespace {

std::mutex entrance;  // who waits to be alone holds it, and nobody comes in
std::shared_mutex at_work;

void initialise() {
  if (VIPS_INIT("libfrag") != 0) throw Error(Errc::internal, "libvips does not start");
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  vips_block_untrusted_set(TRUE);
  // What we list of it all the same: loaders are called by their names, never by what libvips makes of a
  // file.
  for (const char* loader : {"VipsForeignLoadOpenslide", "VipsForeignLoadJp2k", "VipsForeignLoadPpm"}) {
    vips_operation_block_set(loader, FALSE);
  }
  // What matters of its warnings comes back as an error too.
  g_log_set_handler(
      "VIPS", G_LOG_LEVEL_WARNING, [](const char*, GLogLevelFlags, const char*, void*) {}, nullptr);
}

// libvips keeps buffers for each thread that used it, and wants to hear when the thread ends.
struct ThreadShare {
  ~ThreadShare() { vips_thread_shutdown(); }
};

}  // namespace

void start_vips() {
  static std::once_flag once;
  std::call_once(once, initialise);
  thread_local const ThreadShare share;
}

VipsTurn::VipsTurn(Kind kind) : kind_(kind) {
  const std::lock_guard in_order(entrance);
  if (kind_ == Kind::alone) {
    at_work.lock();
  } else {
    at_work.lock_shared();
  }
}

VipsTurn::~VipsTurn() {
  if (kind_ == Kind::alone) {
    at_work.unlock();
  } else {
    at_work.unlock_shared();
  }
}

std::string first_complaint(const vips::VError& error) {
  const std::string all(error.what());
  return all.empty() ? all : " (" + all.substr(0, all.find('\n')) + ")";
}

}  // namespace frag
