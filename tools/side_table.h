// Sources and fragments by side and class, as info and split print them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/dataset/catalog.h"

namespace frag {

struct SideCount {
  std::uint64_t sources = 0;    // that have fragments of the class
  std::uint64_t fragments = 0;  // kept ones
};
using SideTable = std::map<std::string, std::map<std::string, SideCount>>;  // by side, then class

SideTable count_sides(const Catalog& catalog);
// In the order of `sides`, with columns that hold in UTF-8, too.
void print_sides(const std::vector<std::string>& sides, const SideTable& table);

// {"train": {"cells": {"sources": 3, "fragments": 900}, ...}, ...}
Json to_json(const std::vector<std::string>& sides, const SideTable& table);

// `text` with blanks behind it up to `columns` letters.
std::string padded(const std::string& text, std::size_t columns);

}  // namespace frag
