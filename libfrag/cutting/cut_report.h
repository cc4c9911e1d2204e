// What became of every image file, as a CSV that opens in a spreadsheet: file, fate, sources, fragments,
// kept, reason.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "libfrag/cutting/examine.h"

namespace frag {

// A line a file, by name. Belongs to one thread; nothing is written before save().
class CutReport {
 public:
  // A file that was examined: "used", "used in part" or "left out".
  void add(const Examination& examined);
  // The dataset has it from before: "already in the dataset".
  void add_known(const std::string& name);
  // The labels make no source of it, or of a part of it: "not a source", or "used in part" for a file that
  // is examined nevertheless.
  void add_left_out(const std::string& name, const std::string& reason);
  void save(const std::filesystem::path& path) const;

 private:
  struct Row {
    std::string fate;
    std::string counts = ",,";  // sources, fragments, kept
    std::string reason;
  };
  std::map<std::string, Row> rows_;
};

}  // namespace frag
