// Room that must stay on the disk of the state directory: below it nothing new is begun, so that a job waits
// for room instead of losing what it has.
//
// Any number of threads may use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

namespace frag::aggregator {

class DiskReserve {
 public:
  // Bytes that are free where `folder` lies. Errc::io.
  using FreeBytes = std::function<std::uint64_t(const std::filesystem::path& folder)>;

  // `least` bytes stay free in the folder's file system; 0: twice its newest weights and 64 MiB. What is
  // asked of the disk holds for `pause`.
  DiskReserve(std::filesystem::path weights_folder, std::uint64_t least, FreeBytes free_bytes,
              std::chrono::milliseconds pause = std::chrono::milliseconds(500));

  // Why nothing new may be begun, for people; empty where there is room.
  std::string trouble();
  // HttpError 507 with Retry-After where there is none.
  void require();

 private:
  using Clock = std::chrono::steady_clock;

  std::string measure() const;
  std::uint64_t needed() const;

  const std::filesystem::path folder_;
  const std::uint64_t least_;
  const FreeBytes free_bytes_;
  const std::chrono::milliseconds pause_;

  std::mutex mutex_;  // guards all below
  Clock::time_point measured_{};
  bool known_ = false;
  std::string trouble_;
};

// Of the disk itself.
std::uint64_t free_bytes_of(const std::filesystem::path& folder);

}  // namespace frag::aggregator
