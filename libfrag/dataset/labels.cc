#include "libfrag/dataset/labels.h"

#include <re2/re2.h>

#include <algorithm>
#include <system_error>

#include "libfrag/base/error.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) {
  return path.filename().string().front() == '.';
}

void scan_class(const fs::path& images, const fs::path& folder, std::vector<LabelledFile>& files) {
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator();
       ++entry) {
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file() || !looks_like_image(entry->path().string())) continue;
    files.push_back({entry->path(), entry->path().lexically_relative(images).generic_string(),
                     folder.filename().string()});
  }
}

}  // namespace

std::vector<LabelledFile> scan_class_folders(const fs::path& images) {
  if (!fs::is_directory(images)) throw Error(Errc::not_found, images.string() + ": no such folder");
  std::vector<LabelledFile> files;
  try {
    for (const auto& entry : fs::directory_iterator(images)) {
      if (entry.is_directory() && !is_hidden(entry.path())) scan_class(images, entry.path(), files);
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(Errc::io, error.path1().string() + ": " + error.code().message());
  }
  if (files.empty()) {
    throw Error(Errc::bad_input, images.string() +
                                     ": no images in class folders; put each class's images into a folder " +
                                     "of its own, as in " + (images / "CLASS" / "image.jpg").string());
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

struct GroupRule::Impl {
  explicit Impl(const std::string& text)
      : expression(text, RE2::Quiet), captures(expression.NumberOfCapturingGroups()) {
    const auto named = expression.NamedCapturingGroups().find("group");
    if (named != expression.NamedCapturingGroups().end()) wanted = named->second;
  }
  RE2 expression;
  int captures;
  int wanted = 1;
};

GroupRule::GroupRule(const std::string& expression) {
  if (!expression.empty()) impl_ = std::make_unique<Impl>(expression);
}
GroupRule::~GroupRule() = default;

std::string GroupRule::group_of(const std::string& name) const {
  if (!impl_) return name;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(impl_->captures) + 1);
  if (!impl_->expression.Match(name, 0, name.size(), RE2::UNANCHORED, found.data(),
                               static_cast<int>(found.size())) ||
      found[static_cast<std::size_t>(impl_->wanted)].empty()) {
    throw Error(Errc::bad_input, "source " + name + " has no group: \"" + impl_->expression.pattern() +
                                     "\" does not match its path");
  }
  return std::string(found[static_cast<std::size_t>(impl_->wanted)]);
}

}  // namespace frag
