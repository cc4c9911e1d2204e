// Which images there are and what people call them. libfrag/dataset/label_rule.h says how they may say it.
//
// Reading a folder is one thread's job; rules are immutable after construction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/dataset/label_rule.h"
#include "libfrag/geometry/box.h"

namespace frag {

// A file, or the page or box of one, that is to become a source.
struct LabelledFile {
  std::filesystem::path path;  // to open
  std::string name;            // relative to the image folder, with forward slashes
  std::string class_name;      // empty where the class lies within the source or the file's pages carry it
  std::optional<std::string> group;  // none: nobody said; the file is its own, with all its pages and boxes
  std::optional<std::string> split;  // none: nobody said
  std::optional<std::int64_t> page;  // from 0; none: every page
  std::optional<Box> box;            // in pixels of the upright page; none: all of it
  std::filesystem::path labels;      // the mask or annotations to open; empty for other rules
};

// Why an image that is there, or that a table lists, is no source.
enum class LeftOutFor {
  unlisted,     // the table does not have it
  missing,      // the table lists it and it is not there
  no_match,     // the expression, or a class folder, does not fit its path
  other_class,  // its class is not among the rule's classes
  no_labels,    // it has no mask or annotations
  bad_name,     // its name is not UTF-8
};

const char* name_of(LeftOutFor reason);

struct LeftOut {
  std::string name;  // relative to the image folder
  LeftOutFor reason = LeftOutFor::unlisted;
  std::string text;  // the reason for people, with the way out
};

struct SourceScan {
  std::vector<LabelledFile> files;  // by name, page and box
  std::vector<LeftOut> left_out;    // by name
};

// The sources of the folder `images` under `rule`, which is validated. Hidden files and folders pass
// unmentioned, as do files that do not look like images, and masks are nobody's sources; with a table,
// exactly what it lists counts. Symbolic links to folders are followed where they lie in `images` itself.
//
// Errc::not_found where `images` is no folder or the table is missing; Errc::bad_input where no source
// remains, the table is malformed, a path captures a class or split that cannot be one, or two sources would
// share a mask; Errc::io.
SourceScan scan_sources(const std::filesystem::path& images, const LabelRule& rule);

// All image files below the folders of `images`, each folder a class, sorted by name so that every machine
// numbers them alike: scan_sources() with a rule of its defaults. Errc::bad_input where there is none.
std::vector<LabelledFile> scan_class_folders(const std::filesystem::path& images);

// The group of a source by its name: the text of the expression's capture named "group", or of its first
// capture.
class GroupRule {
 public:
  // `expression` in RE2 syntax; empty: every source is its own group.
  explicit GroupRule(const std::string& expression);
  ~GroupRule();

  // True where there is an expression.
  bool is_given() const { return impl_ != nullptr; }
  // Errc::bad_input that names the source where the expression does not match.
  std::string group_of(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag
