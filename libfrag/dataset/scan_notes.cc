#include "libfrag/dataset/scan_notes.h"

#include <algorithm>
#include <set>

#include "libfrag/base/text.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// The first few of many names.
std::string some_of(const std::set<std::string>& names) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> shown(names.begin(), names.end());
  if (shown.size() <= kShown) return join(shown, ", ");
  const std::size_t more = shown.size() - kShown;
  shown.resize(kShown);
  return join(shown, ", ") + " and " + std::to_string(more) + " more";
}

// One class folder whose images all lie in folders of it: the classes may be those.
std::string note_on_level(const fs::path& images, const SourceScan& scan) {
  std::set<std::string> classes, below;
  for (const LabelledFile& file : scan.files) {
    const std::vector<std::string> parts = split_text(file.name, '/');
    classes.insert(parts.front());
    if (classes.size() > 1) return {};
    below.insert(parts.size() > 2 ? parts[1] : "");
  }
  const std::string one = "all images are of one class, \"" + *classes.begin() + "\"";
  if (below.size() < 2 || below.contains("")) return one;
  return one + ", and lie in folders of it (" + some_of(below) + "); where those are the classes, cut " +
         (images / *classes.begin()).string();
}

// Folders beside the class folders from which nothing came, and of which nothing was said either.
std::string note_on_empty(const FolderWalk& walk, const SourceScan& scan) {
  std::set<std::string> empty(walk.folders.begin(), walk.folders.end());
  const auto remove = [&empty](const std::string& name) {
    if (!empty.empty()) empty.erase(name.substr(0, name.find('/') + 1));
  };
  for (const LabelledFile& file : scan.files) remove(file.name);
  for (const LeftOut& left : scan.left_out) remove(left.name);
  if (empty.empty()) return {};
  return std::string("no image lies in ") + (empty.size() == 1 ? "the folder " : "the folders ") +
         some_of(empty) + ": no class";
}

}  // namespace

const char* text_of(Passed::Why why) {
  switch (why) {
    case Passed::hidden:
      return "hidden: its name begins with a dot";
    case Passed::dead_link:
      return "a link that leads nowhere";
    case Passed::linked_folder:
      return "a link to a folder; such links are followed at the top of the image folder only";
    case Passed::special:
      return "no regular file";
    case Passed::unreadable:
      return "no permission to read this folder";
  }
  return "";
}

std::string text_of_other_file(const std::string& name) {
  const std::string extension = fs::path(name).extension().string();
  if (!extension.empty()) return "by its extension " + extension + " no image";
  return "its name has no extension; if it is an image, add one such as .jpg, .png or .tif";
}

std::vector<std::string> notes_on_folders(const fs::path& images, const LabelRule& rule,
                                          const FolderWalk& walk, const SourceScan& scan) {
  if (rule.from != LabelsFrom::folder) return {};
  std::vector<std::string> notes = {note_on_level(images, scan), note_on_empty(walk, scan)};
  std::erase(notes, "");
  return notes;
}

}  // namespace frag
