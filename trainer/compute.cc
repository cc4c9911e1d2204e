#include "trainer/compute.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <thread>

#include "libfrag/base/error.h"
#include "trainer/compute_impl.h"

namespace frag::trainer {
namespace {

at::Device g_device = at::kCPU;

at::Device parse_device(const std::string& name) {
  if (name == "auto") return at::hasCUDA() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  try {
    const at::Device device(name);
    if (device.is_cuda()) return {at::kCUDA, static_cast<at::DeviceIndex>(std::max<int>(0, device.index()))};
    if (device.is_cpu() && !device.has_index()) return device;
  } catch (const c10::Error&) {
    // said below
  }
  throw Error(Errc::usage, "--device " + name + ": there are auto, cpu, cuda and cuda:NUMBER");
}

void check_device(const at::Device& device, const std::string& name) {
  if (device.is_cpu()) return;
  const auto devices = at::hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0;
  if (device.index() < devices) return;
  throw Error(Errc::usage,
              "--device " + name + ": " +
                  (devices == 0 ? std::string("this LibTorch finds no GPU; leave it out to compute "
                                              "on the processor")
                                : "there are GPUs 0 to " + std::to_string(devices - 1)));
}

}  // namespace

void set_compute_threads(int threads) {
  if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(threads);
  // OpenBLAS, where that is the BLAS, keeps threads of its own that LibTorch's setting does not reach.
  using SetThreads = void (*)(int);
  if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
    set(threads);
}

int compute_threads() {
  return at::get_num_threads();
}

int spare_threads() {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return g_device.is_cpu() ? std::max(1, all - compute_threads()) : all;
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kKept = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kKept);
  mallopt(M_TRIM_THRESHOLD, kKept);
#endif
}

void set_compute_device(const std::string& name) {
  const at::Device device = parse_device(name);
  check_device(device, name);
  g_device = device;
}

std::string compute_device() {
  return g_device.str();
}

at::Device device_of_networks() {
  return g_device;
}

MixedPrecision::MixedPrecision(bool wanted, at::Device device) : wanted_(wanted), on_gpu_(device.is_cuda()) {
  if (!wanted_) return;
  at::autocast::increment_nesting();
  if (on_gpu_) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(true);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(true);
  }
}

MixedPrecision::~MixedPrecision() {
  if (!wanted_) return;
  if (on_gpu_) {
    at::autocast::set_enabled(false);
  } else {
    at::autocast::set_cpu_enabled(false);
  }
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace frag::trainer
