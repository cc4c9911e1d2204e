// The CSV of labels: a row names a source - a file, a page of it, a box of either - and its class.
//
//   path,class,group,split,page,x,y,w,h
//   2024/slide-07.png,gel,patient-3,train,,,,,
//
// path and class are needed, columns come in any order and in upper or lower case, others are ignored. Paths
// are relative to the image folder, with / or \ between their parts. Pages count from 0; a box is in pixels
// of the upright page, and its four columns are all there and all filled, or none. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/geometry/box.h"

namespace frag {

struct LabelRow {
  std::string path;  // relative, without "." and empty parts
  std::string class_name;
  std::string group;                 // empty: not stated
  std::string split;                 // empty: not stated
  std::optional<std::int64_t> page;  // none: every page of the file
  std::optional<Box> box;            // none: the whole page
  std::int64_t line = 0;             // of the table
};

// The rows of `csv`, sorted by path, page and box. Where the rows of a file state one group, its rows without
// a group have that one too. Errc::bad_input with `name` and line:
// - whatever read_csv() refuses, a missing column, a class or path that is empty or leads out of the folder,
//   a split that is none, a number that is none or out of range;
// - the same path, page and box in two rows, a file both as a whole and by its pages, and a file with several
//   groups of which a row says none: both lines are named.
std::vector<LabelRow> parse_label_table(std::string_view csv, const std::string& name);

}  // namespace frag
