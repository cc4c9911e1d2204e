// Which images there are and what people call them: a class a folder, a group by a regular expression on the
// path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace frag {

struct LabelledFile {
  std::filesystem::path path;  // to open
  std::string name;            // relative to the image folder, with forward slashes
  std::string class_name;      // its first component
};

// All image files below the folders of `images`, each folder a class, sorted by name so that every machine
// numbers them alike. Hidden files and folders pass unmentioned, as do files that do not look like images.
// Errc::not_found where `images` is no folder, Errc::bad_input where it holds no class folder with an image.
std::vector<LabelledFile> scan_class_folders(const std::filesystem::path& images);

// The group of a source by its name: the text of the expression's capture named "group", or of its first
// capture.
class GroupRule {
 public:
  // `expression` in RE2 syntax; empty: every source is its own group.
  explicit GroupRule(const std::string& expression);
  ~GroupRule();

  // Errc::bad_input that names the source where the expression does not match.
  std::string group_of(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag
