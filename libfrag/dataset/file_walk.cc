#include "libfrag/dataset/file_walk.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "libfrag/base/error.h"

namespace frag {
namespace {

enum class Kind { file, folder, dead_link, linked_folder, special };
enum class Links { follow, files_only };

// A folder being listed. readdir() tells files from folders without a stat() each, and names stay plain text:
// for a million files std::filesystem's iterator takes several times as long.
class Walker {
 public:
  explicit Walker(std::string root) : root_(std::move(root)) {}

  // `below` is empty or ends with a slash.
  void walk(const std::string& below, Links links) {
    const std::string folder = root_ + "/" + below;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder.c_str()), closedir);
    if (!below.empty() && (!open ? errno == EACCES : access(folder.c_str(), X_OK) != 0)) {
      result.passed.push_back({below, Passed::unreadable});
      return;
    }
    if (!open) throw_errno("list", folder);
    std::vector<std::string> folders;
    for (;;) {
      errno = 0;
      const dirent* entry = readdir(open.get());
      if (entry == nullptr) break;
      if (entry->d_name != std::string_view(".") && entry->d_name != std::string_view("..")) {
        if (take(*entry, below, links)) folders.push_back(below + entry->d_name + "/");
      }
    }
    if (errno != 0) throw_errno("list", folder);
    if (below.empty()) result.folders = folders;
    for (const std::string& name : folders) walk(name, Links::files_only);
  }

  FolderWalk result;

 private:
  // True for a folder to walk.
  bool take(const dirent& entry, const std::string& below, Links links) {
    const std::string name = below + entry.d_name;
    const Kind kind = kind_of(entry, name, links);
    if (entry.d_name[0] == '.') {
      result.passed.push_back({kind == Kind::folder ? name + "/" : name, Passed::hidden});
      return false;
    }
    if (kind == Kind::file) result.files.push_back(name);
    if (kind == Kind::dead_link) result.passed.push_back({name, Passed::dead_link});
    if (kind == Kind::linked_folder) result.passed.push_back({name, Passed::linked_folder});
    if (kind == Kind::special) result.passed.push_back({name, Passed::special});
    return kind == Kind::folder;
  }

  Kind kind_of(const dirent& entry, const std::string& name, Links links) const {
    if (entry.d_type == DT_REG) return Kind::file;
    if (entry.d_type == DT_DIR) return Kind::folder;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return Kind::special;
    const std::string path = root_ + "/" + name;
    struct stat target {};
    if (stat(path.c_str(), &target) != 0) return Kind::dead_link;
    if (S_ISREG(target.st_mode)) return Kind::file;
    if (!S_ISDIR(target.st_mode)) return Kind::special;
    struct stat itself {};
    const bool is_link = lstat(path.c_str(), &itself) == 0 && S_ISLNK(itself.st_mode);
    return is_link && links == Links::files_only ? Kind::linked_folder : Kind::folder;
  }

  const std::string root_;
};

}  // namespace

FolderWalk walk_folder(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    const bool is_file = std::filesystem::exists(folder);
    throw Error(Errc::not_found, folder.string() + (is_file ? ": is a file; name the folder that it lies in"
                                                            : ": no such folder"));
  }
  Walker walker(folder.string());
  walker.walk("", Links::follow);
  FolderWalk result = std::move(walker.result);
  std::sort(result.files.begin(), result.files.end());
  std::sort(result.folders.begin(), result.folders.end());
  std::sort(result.passed.begin(), result.passed.end(),
            [](const Passed& a, const Passed& b) { return a.name < b.name; });
  return result;
}

}  // namespace frag
