#include "libfrag/fetching/mirror_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <optional>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/signature.h"
#include "libfrag/base/stop.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/fetching/at_once.h"
#include "libfrag/fetching/file_transfer.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyConnections = 3;

fs::path beside(const fs::path& folder, const char* suffix) {
  fs::path path = folder;
  if (!path.has_filename()) path = path.parent_path();
  return path.string() + suffix;
}

// One process at a time copies into a folder.
class CopyLock {
 public:
  explicit CopyLock(const fs::path& folder) {
    fs::create_directories(folder);
    fd_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0) throw_errno("open", folder);
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(fd_);
    throw Error(Errc::unavailable, folder.string() + ": another frag mirror is filling it just now");
  }
  ~CopyLock() { ::close(fd_); }
  CopyLock(const CopyLock&) = delete;
  CopyLock& operator=(const CopyLock&) = delete;

 private:
  int fd_;
};

class Copier {
 public:
  Copier(const Mirrors& mirrors, const fs::path& folder)
      : mirrors_(mirrors), folder_(folder), part_(beside(folder, kUnfinished)), transfer_(mirrors) {}

  MirrorCopy run(const std::function<void(std::uint64_t)>& begin,
                 const std::function<void(std::uint64_t)>& step) {
    open_old();
    if (old_ && old_->catalog().id() == mirrors_.dataset()) {
      take_new_signature();
      return finish();
    }
    const CopyLock lock(part_);
    fetch_shards(begin, step);
    write_metadata_files();
    put_in_place();
    result_.changed = true;
    return finish();
  }

 private:
  void open_old() {
    std::error_code absent;
    if (!fs::exists(folder_) || fs::is_empty(folder_, absent)) return;
    if (!fs::exists(folder_ / kDatasetFile)) {
      throw Error(Errc::usage,
                  folder_.string() + ": holds something that is no dataset; choose another folder");
    }
    old_.emplace(folder_);
  }

  // A dataset may be signed after it was copied. One that is there gives way to a trusted one only.
  void take_new_signature() {
    const fs::path path = folder_ / kSignatureFile;
    const std::string& signature = mirrors_.files().signature;
    if (signature.empty() || (fs::exists(path) && mirrors_.options().trust.empty())) return;
    write_file_atomic(path, signature);
  }

  MirrorCopy finish() {
    result_.fetched_bytes = transfer_.bytes();
    result_.notes = mirrors_.notes();
    for (const std::string& note : transfer_.notes()) result_.notes.push_back(note);
    return std::move(result_);
  }

  // Those that neither an interrupted copy nor the old dataset has: each is read once and held against its
  // SHA-256, for nobody knows what it went through since.
  std::vector<Shard> missing_shards() {
    std::map<std::string, fs::path> old_files;  // by SHA-256
    if (old_) {
      for (const Shard& shard : old_->catalog().shards()) old_files[shard.sha256] = folder_ / shard.file;
    }
    std::vector<Shard> missing;
    for (const Shard& shard : mirrors_.catalog().shards()) {
      const fs::path path = part_ / shard.file;
      if (is_right(path, shard)) continue;
      fs::remove(path);
      const auto same = old_files.find(shard.sha256);
      if (same != old_files.end() && is_right(same->second, shard)) {
        take_over(same->second, path);
        result_.kept_bytes += shard.bytes;
      } else {
        missing.push_back(shard);
      }
    }
    return missing;
  }

  static bool is_right(const fs::path& path, const Shard& shard) {
    if (!fs::exists(path)) return false;
    throw_if_stopped();
    const FileReader file(path);
    return file.size() == shard.bytes && sha256_of(file, 0, file.size()) == shard.sha256;
  }

  // Under a second name, or as a copy where the file system has no such thing.
  static void take_over(const fs::path& old_file, const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::error_code unsupported;
    fs::create_hard_link(old_file, path, unsupported);
    if (unsupported) fs::copy_file(old_file, path);
  }

  void fetch_shards(const std::function<void(std::uint64_t)>& begin,
                    const std::function<void(std::uint64_t)>& step) {
    const std::vector<Shard> missing = missing_shards();
    std::uint64_t bytes = 0;
    for (const Shard& shard : missing) bytes += shard.bytes;
    begin(bytes);
    std::mutex mutex;  // for step
    const auto count = [&](std::uint64_t came) {
      const std::lock_guard lock(mutex);
      step(came);
    };
    for_each_at_once(kCopyConnections, missing.size(),
                     [&](std::size_t i) { fetch_shard(missing[i], count); });
  }

  // Under its own name only once it is whole.
  void fetch_shard(const Shard& shard, const std::function<void(std::uint64_t)>& step) {
    const fs::path path = part_ / shard.file, coming = path.string() + kUnfinished;
    fs::create_directories(path.parent_path());
    transfer_.fetch({shard.file, {0, shard.bytes}, shard.sha256}, coming, step);
    rename_durable(coming, path);
  }

  void write_metadata_files() {
    const MetadataFiles& files = mirrors_.files();
    write_file_atomic(part_ / kSourcesFile, files.sources_jsonl);
    if (!files.labels.empty()) {
      fs::create_directories((part_ / kLabelsFile).parent_path());
      write_file_atomic(part_ / kLabelsFile, files.labels);
    }
    fs::remove(part_ / kSignatureFile);  // of what an interrupted copy was to become
    if (!files.signature.empty()) write_file_atomic(part_ / kSignatureFile, files.signature);
    write_file_atomic(part_ / kDatasetFile, files.dataset_json);
    write_file_atomic(part_ / kSumsFile, files.sha256sums);
  }

  void put_in_place() {
    const DatasetFolder check(part_);  // what is not whole is not put in place
    const fs::path path = folder_.has_filename() ? folder_ : folder_.parent_path();
    if (!old_) {
      std::error_code ignored;
      fs::remove(path, ignored);  // an empty folder
      rename_durable(part_, path);
      return;
    }
    if (::syscall(SYS_renameat2, AT_FDCWD, part_.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0)
      throw_errno("exchange " + part_.string() + " with", path);
    sync_directory(path.has_parent_path() ? path.parent_path() : ".");
    fs::remove_all(part_);
  }

  const Mirrors& mirrors_;
  const fs::path folder_, part_;
  FileTransfer transfer_;
  std::optional<DatasetFolder> old_;
  MirrorCopy result_;
};

}  // namespace

MirrorCopy copy_dataset(const Mirrors& mirrors, const fs::path& folder,
                        const std::function<void(std::uint64_t)>& begin,
                        const std::function<void(std::uint64_t)>& step) {
  return Copier(mirrors, folder).run(begin, step);
}

}  // namespace frag
