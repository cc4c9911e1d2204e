// Source files by their SHA-256 in a folder of bounded size, so that a run of many rounds moves each source
// once. Several processes may share the folder; any number of threads may ask.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace frag {

// $XDG_CACHE_HOME/libfrag/sources, or ~/.cache/libfrag/sources.
std::filesystem::path usual_cache_folder();

class FileCache {
 public:
  // The files together take at most `most_bytes`, but for the newest one.
  FileCache(std::filesystem::path folder, std::uint64_t most_bytes);

  // Where the file with that digest lies, if it is there; `extension` (".jpg") is part of its name. Counts as
  // a use: what was used longest ago goes first.
  std::optional<std::filesystem::path> find(const std::string& sha256, const std::string& extension) const;

  // Where to put a file that is to be kept: a name of this cache's own in the same file system, also
  // where machines share it.
  std::filesystem::path place_for(const std::string& sha256) const;
  // Takes in a whole file from place_for() and returns where it lies. Others go where there is no room.
  std::filesystem::path keep(const std::filesystem::path& file, const std::string& sha256,
                             const std::string& extension);
  // Removes a file that turned out to be damaged.
  void drop(const std::filesystem::path& file) const;

  std::uint64_t most_bytes() const { return most_bytes_; }

 private:
  std::filesystem::path path_of(const std::string& sha256, const std::string& extension) const;
  void make_room(const std::filesystem::path& newest) const;

  const std::filesystem::path folder_;
  const std::uint64_t most_bytes_;
  const std::string owner_;  // in the names of files that are coming
  std::mutex mutex_;         // one thread makes room at a time
};

}  // namespace frag
