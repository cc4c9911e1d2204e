#include "libfrag/cutting/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStore = "store";

fs::path without_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

// Runs file system work; its exceptions become Errc::io.
template <class Work>
auto checked(const std::string& action, const Work& work) {
  try {
    return work();
  } catch (const fs::filesystem_error& error) {
    throw Error(Errc::io, action + ": " + error.code().message());
  }
}

// Whatever a cut can leave in its folder; anything else is somebody's own.
void require_ours(const fs::path& folder) {
  static const std::set<std::string> kOurs = {kStore,       "labels",     "journal.jsonl",
                                              kDatasetFile, kSourcesFile, kSumsFile};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const std::string temporary = kUnfinished;
    const bool is_temporary = name.ends_with(temporary);
    if (kOurs.contains(is_temporary ? name.substr(0, name.size() - temporary.size()) : name)) continue;
    throw Error(Errc::usage, folder.string() + ": is needed while the dataset is cut, and holds " + name +
                                 ", which frag did not make; move that folder away, or choose another name");
  }
}

int lock_folder(const fs::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) throw_errno("open", folder);
  if (::flock(handle, LOCK_EX | LOCK_NB) == 0) return handle;
  const int error = errno;
  ::close(handle);
  if (error == EWOULDBLOCK) {
    throw Error(
        Errc::usage,
        folder.string() + ": another frag cut is writing this dataset; wait for it, or choose another name");
  }
  return -1;  // a file system without locks
}

// Two folders change places, in one step where the file system can.
void exchange(const fs::path& fresh, const fs::path& dataset) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, dataset.c_str(), RENAME_EXCHANGE) == 0) {
    sync_directory(dataset.parent_path());
    return;
  }
  if (errno != EINVAL && errno != ENOSYS) throw_errno("replace", dataset);
  const fs::path old = dataset.string() + ".old";
  rename_durable(dataset, old);
  rename_durable(fresh, dataset);
  rename_durable(old, fresh);
}

}  // namespace

Staging::Staging(const fs::path& dataset, Target target)
    : dataset_(without_slash(dataset)), folder_(dataset_.string() + kUnfinished), target_(target) {
  checked("create " + folder_.string(), [&] {
    if (fs::exists(folder_)) require_ours(folder_);
    return fs::create_directories(folder_ / kStore);
  });
  lock_ = lock_folder(folder_);
}

Staging::~Staging() {
  std::error_code ignored;
  if (!keep_) fs::remove_all(folder_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

void Staging::keep_only(const std::set<std::string>& shards) const {
  checked("clear " + folder_.string(), [&] {
    for (const auto& entry : fs::directory_iterator(folder_ / kStore)) {
      if (!shards.contains(kStore + ("/" + entry.path().filename().string()))) fs::remove_all(entry.path());
    }
  });
}

bool Staging::give_up(Errc why) {
  keep_ = why == Errc::interrupted || why == Errc::io;
  return keep_;
}

std::string Staging::publish(const Tables& tables) {
  if (target_ == Target::grown) return publish_grown(tables);
  const std::string id = write_metadata(folder_, tables);
  checked("remove " + journal().string(), [&] { return fs::remove(journal()); });
  sync_directory(folder_ / kStore);
  sync_directory(folder_);
  if (target_ == Target::replaced) {
    exchange(folder_, dataset_);
  } else {
    rename_durable(folder_, dataset_);
  }
  return id;
}

// New shards have numbers that the old table does not know: they may come before it is replaced.
std::string Staging::publish_grown(const Tables& tables) {
  checked("add to " + (dataset_ / kStore).string(), [&] {
    for (const auto& entry : fs::directory_iterator(folder_ / kStore))
      fs::rename(entry.path(), dataset_ / kStore / entry.path().filename());
  });
  sync_directory(dataset_ / kStore);
  return replace_metadata(dataset_, tables);
}

}  // namespace frag
