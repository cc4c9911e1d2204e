#include "trainer/aggregator/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag::aggregator {
namespace {

void make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Error(Errc::io, "create directory " + path.string() + ": " + error.message());
}

void empty_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) throw Error(Errc::io, "empty " + path.string() + ": " + error.message());
  make_directory(path);
}

std::string file_of(std::int64_t version) {
  char name[40];
  std::snprintf(name, sizeof name, "%08lld.safetensors", static_cast<long long>(version));
  return name;
}

}  // namespace

std::filesystem::path token_file_in(const std::filesystem::path& root) {
  return root / "tokens.json";
}

StateDirectory::StateDirectory(const std::filesystem::path& root) : root_(root) {
  make_directory(root_);
  lock();
  try {
    make_directory(root_ / "weights");
    make_directory(root_ / "memory");
    make_directory(results());
    empty_directory(root_ / "incoming");
    sync_directory(root_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

StateDirectory::~StateDirectory() {
  ::close(lock_);
}

void StateDirectory::lock() {
  const std::filesystem::path path = root_ / "lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw_errno("open", path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const bool in_use = errno == EWOULDBLOCK;
    const std::string holder = in_use ? read_file(path, 64) : "";
    ::close(lock_);
    if (!in_use) throw_errno("lock", path);
    throw Error(Errc::refused, "the state directory " + root_.string() + " is in use by another fragagg" +
                                   (holder.empty() ? "" : " (process " + holder + ")"));
  }
  // For people only: the lock itself ends with the process, however it ends.
  const std::string number = std::to_string(::getpid());
  if (::ftruncate(lock_, 0) != 0 || ::write(lock_, number.data(), number.size()) < 0) {
    ::close(lock_);
    throw_errno("write", path);
  }
}

std::filesystem::path StateDirectory::weights(std::int64_t version) const {
  return root_ / "weights" / file_of(version);
}

std::filesystem::path StateDirectory::memory(std::int64_t version) const {
  return root_ / "memory" / file_of(version);
}

std::filesystem::path StateDirectory::result(const std::string& task, const std::string& digest) const {
  return results() / (task + "-" + digest + ".safetensors");
}

std::filesystem::path StateDirectory::incoming() {
  return root_ / "incoming" / std::to_string(uploads_.fetch_add(1));
}

}  // namespace frag::aggregator
