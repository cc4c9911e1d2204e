// A lock that several processes may want, also on several machines that share a folder: flock(2) on a file of
// its own, which the system lets go when the process ends, however it ends.
//
// Over NFS Linux makes it a lock on the server (NFSv4, or lockd with v3); mounts with `nolock` or
// `local_lock` keep it to one machine.
#pragma once

#include <filesystem>
#include <optional>

namespace frag::trainer {

class FileLock {
 public:
  // Waits until nobody else holds it. Makes the file where there is none; Errc::io where the file system has
  // no locks.
  static FileLock wait(const std::filesystem::path& path);

  // nullopt where somebody else holds it.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  // The file stays: whoever removed it would take it from under one who is about to lock it.
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace frag::trainer
