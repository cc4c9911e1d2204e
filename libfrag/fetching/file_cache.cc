#include "libfrag/fetching/file_cache.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path usual_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return fs::path(cache) / "libfrag" / "sources";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".cache" / "libfrag" / "sources";
  return fs::temp_directory_path() / "libfrag-sources";
}

FileCache::FileCache(fs::path folder, std::uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes), owner_(random_hex(8)) {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem) {
    throw Error(Errc::io, "create the cache of sources in " + folder_.string() + ": " + problem.message() +
                              "; choose another place with --cache");
  }
}

fs::path FileCache::path_of(const std::string& sha256, const std::string& extension) const {
  return folder_ / (sha256 + extension);
}

std::optional<fs::path> FileCache::find(const std::string& sha256, const std::string& extension) const {
  const fs::path path = path_of(sha256, extension);
  std::error_code absent;
  fs::last_write_time(path, fs::file_time_type::clock::now(), absent);
  if (absent) return std::nullopt;
  return path;
}

fs::path FileCache::place_for(const std::string& sha256) const {
  return folder_ / (sha256 + "." + owner_ + kUnfinished);
}

fs::path FileCache::keep(const fs::path& file, const std::string& sha256, const std::string& extension) {
  fs::path path = path_of(sha256, extension);
  if (::rename(file.c_str(), path.c_str()) != 0) throw_errno("rename to", path);
  const std::lock_guard lock(mutex_);
  make_room(path);
  return path;
}

void FileCache::drop(const fs::path& file) const {
  std::error_code ignored;
  fs::remove(file, ignored);
}

// Another process may remove files meanwhile: what is gone takes no room.
void FileCache::make_room(const fs::path& newest) const {
  struct Kept {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path path;
  };
  constexpr auto kForgotten = std::chrono::hours(24);
  std::vector<Kept> files;
  std::uint64_t total = 0;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, gone)) {
    Kept kept{entry.last_write_time(gone), gone ? 0 : entry.file_size(gone), entry.path()};
    if (gone) continue;
    if (entry.path().extension() == kUnfinished) {
      // What a killed process left.
      if (kept.used < fs::file_time_type::clock::now() - kForgotten) fs::remove(entry.path(), gone);
      continue;
    }
    total += kept.bytes;
    files.push_back(std::move(kept));
  }
  std::sort(files.begin(), files.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& file : files) {
    if (total <= most_bytes_) return;
    if (file.path == newest) continue;
    if (fs::remove(file.path, gone)) total -= file.bytes;
  }
}

}  // namespace frag
