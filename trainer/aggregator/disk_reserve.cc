#include "trainer/aggregator/disk_reserve.h"

#include <system_error>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/http/message.h"

namespace frag::aggregator {
namespace {

constexpr std::uint64_t kSlack = std::uint64_t{64} << 20;
constexpr const char* kRetrySeconds = "5";

}  // namespace

DiskReserve::DiskReserve(std::filesystem::path weights_folder, std::uint64_t least, FreeBytes free_bytes,
                         std::chrono::milliseconds pause)
    : folder_(std::move(weights_folder)), least_(least), free_bytes_(std::move(free_bytes)), pause_(pause) {}

std::string DiskReserve::trouble() {
  const std::lock_guard lock(mutex_);
  if (!known_ || Clock::now() - measured_ >= pause_) {
    trouble_ = measure();
    measured_ = Clock::now();
    known_ = true;
  }
  return trouble_;
}

void DiskReserve::require() {
  if (const std::string why = trouble(); !why.empty())
    throw http::HttpError(507, why, {{"Retry-After", kRetrySeconds}});
}

std::string DiskReserve::measure() const {
  const std::uint64_t free = free_bytes_(folder_), wanted = needed();
  if (free >= wanted) return {};
  return "the disk of " + folder_.parent_path().string() + " has " + format_bytes(free) + " free, and " +
         format_bytes(wanted) +
         " are kept: the job waits until there is room. Free some, give jobs a lower keep or keep_weights, "
         "or start fragagg with a lower --min-free";
}

// The newest version has the largest number, and so the last name.
std::uint64_t DiskReserve::needed() const {
  if (least_ > 0) return least_;
  std::filesystem::path newest;
  std::error_code ignored;  // a folder that cannot be read is found out by who writes to it
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    if (entry.path().extension() == ".safetensors" && entry.path() > newest) newest = entry.path();
  }
  const std::uintmax_t bytes = newest.empty() ? 0 : std::filesystem::file_size(newest, ignored);
  return kSlack + (ignored ? 0 : 2 * bytes);
}

std::uint64_t free_bytes_of(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) throw Error(Errc::io, "ask how much is free in " + folder.string() + ": " + error.message());
  return space.available;
}

}  // namespace frag::aggregator
