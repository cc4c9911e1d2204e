#include "libfrag/cutting/file_state.h"

#include <sys/stat.h>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/image_sets.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

std::int64_t change_of(const struct stat& status) {
  return status.st_mtim.tv_sec * std::int64_t{1000000000} + status.st_mtim.tv_nsec;
}

// Size and time of change; null where there is no such file.
Json look_at(const fs::path& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return nullptr;
  return {path.string(), status.st_size, change_of(status)};
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

FileState state_of(std::span<const LabelledFile> entries, const LabelRule& rule) {
  const fs::path& path = entries.front().path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw_errno("stat", path);
  Json said = Json::array();
  for (const LabelledFile& entry : entries) {
    Json box = nullptr;
    if (entry.box) box = {entry.box->x, entry.box->y, entry.box->width, entry.box->height};
    said.push_back({entry.class_name, or_null(entry.group), or_null(entry.split), or_null(entry.page), box,
                    look_at(entry.labels)});
  }
  if (rule.from == LabelsFrom::set) {
    for (const fs::path& beside : label_files_of_set(path)) said.push_back(look_at(beside));
  }
  return {static_cast<std::uint64_t>(status.st_size), change_of(status), sha256_hex(said.dump())};
}

}  // namespace frag
