#include "libfrag/dataset/file_walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "libfrag/base/error.h"

namespace frag {
namespace {

enum class Kind { file, folder, other };
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
    if (!open) throw_errno("list", folder);
    std::vector<std::string> folders;
    for (;;) {
      errno = 0;
      const dirent* entry = readdir(open.get());
      if (entry == nullptr) break;
      if (entry->d_name[0] == '.') continue;
      const std::string name = below + entry->d_name;
      const Kind kind = kind_of(*entry, name, links);
      if (kind == Kind::file) files.push_back(name);
      if (kind == Kind::folder) folders.push_back(name + "/");
    }
    if (errno != 0) throw_errno("list", folder);
    for (const std::string& name : folders) walk(name, Links::files_only);
  }

  std::vector<std::string> files;

 private:
  Kind kind_of(const dirent& entry, const std::string& name, Links links) const {
    if (entry.d_type == DT_REG) return Kind::file;
    if (entry.d_type == DT_DIR) return Kind::folder;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return Kind::other;
    const std::string path = root_ + "/" + name;
    struct stat target {};
    if (stat(path.c_str(), &target) != 0) return Kind::other;  // a link that leads nowhere
    if (S_ISREG(target.st_mode)) return Kind::file;
    if (!S_ISDIR(target.st_mode)) return Kind::other;
    struct stat itself {};
    const bool is_link = lstat(path.c_str(), &itself) == 0 && S_ISLNK(itself.st_mode);
    return is_link && links == Links::files_only ? Kind::other : Kind::folder;
  }

  const std::string root_;
};

}  // namespace

std::vector<std::string> files_below(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(Errc::not_found, folder.string() + ": no such folder");
  }
  Walker walker(folder.string());
  walker.walk("", Links::follow);
  std::sort(walker.files.begin(), walker.files.end());
  return std::move(walker.files);
}

}  // namespace frag
