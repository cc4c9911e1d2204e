#include "trainer/sweeping/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "libfrag/base/error.h"

namespace frag::trainer {
namespace {

// The descriptor that holds the lock; -1 where somebody else does.
int locked(const std::filesystem::path& path, int operation) {
  // For writing, too: NFS has exclusive locks for such alone.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) throw_errno("open", path);
  int result = 0;
  do {
    result = ::flock(fd, operation);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  if (error != EWOULDBLOCK) throw_errno("lock", path);
  return -1;
}

}  // namespace

FileLock FileLock::wait(const std::filesystem::path& path) {
  return FileLock(locked(path, LOCK_EX));
}

std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& path) {
  const int fd = locked(path, LOCK_EX | LOCK_NB);
  if (fd < 0) return std::nullopt;
  return FileLock(fd);
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace frag::trainer
