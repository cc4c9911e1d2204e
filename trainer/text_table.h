// A plain table for a terminal: the first column to the left, all others to the right, two spaces between.
#pragma once

#include <string>
#include <vector>

namespace frag::trainer {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  // As many cells as the header has.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Every line ended; columns as wide as their widest cell, counted in characters of UTF-8; no blanks at the
  // end of a line.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace frag::trainer
