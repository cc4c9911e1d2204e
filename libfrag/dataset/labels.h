// Which images there are and what people call them. libfrag/dataset/label_rule.h says how they may say it.
//
// Reading a folder is one thread's job; rules are immutable after construction.
#pragma once

#include <cstdint>
#include <filesystem>
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
  dead_link,    // a link that leads nowhere
  unreadable,   // a folder that may not be read
};

const char* name_of(LeftOutFor reason);

struct LeftOut {
  std::string name;  // relative to the image folder
  LeftOutFor reason = LeftOutFor::unlisted;
  std::string text;  // the reason for people, with the way out
};

// What was never meant to be a source, as far as its name tells: hidden, or no image.
struct PassedOver {
  std::string name;  // relative to the image folder; of a folder with a slash at its end
  std::string text;  // why
};

struct SourceScan {
  std::vector<LabelledFile> files;  // by name, page and box
  std::vector<LeftOut> left_out;    // by name
  std::vector<PassedOver> passed;   // by name
  std::vector<std::string> notes;   // what looks like a mistake and may be none, for people
};

// The sources of the folder `images` under `rule`, which is validated. Hidden files and folders are passed
// over, as are files that do not look like images, and masks are nobody's sources; with a table, exactly what
// it lists counts. Symbolic links to folders are followed where they lie in `images` itself.
//
// Errc::not_found where `images` is no folder or the table is missing; Errc::bad_input where no source
// remains, the table is malformed, a path captures a class or split that cannot be one, or two sources would
// share a mask; Errc::io.
SourceScan scan_sources(const std::filesystem::path& images, const LabelRule& rule);

// All image files below the folders of `images`, each folder a class, sorted by name so that every machine
// numbers them alike: scan_sources() with a rule of its defaults. Errc::bad_input where there is none.
std::vector<LabelledFile> scan_class_folders(const std::filesystem::path& images);

}  // namespace frag
