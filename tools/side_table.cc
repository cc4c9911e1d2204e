#include "tools/side_table.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "libfrag/base/text.h"

namespace frag {

SideTable count_sides(const Catalog& catalog) {
  SideTable table;
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    auto& side = table[std::string(catalog.sources().split(i))];
    for (const ClassRun& run : catalog.runs(i)) {
      SideCount& cell = side[catalog.classes()[run.class_number]];
      ++cell.sources;
      cell.fragments += run.count;
    }
  }
  return table;
}

Json to_json(const std::vector<std::string>& sides, const SideTable& table) {
  Json json = Json::object();
  for (const std::string& side : sides) {
    json[side] = Json::object();
    for (const auto& [name, cell] : table.at(side))
      json[side][name] = {{"sources", cell.sources}, {"fragments", cell.fragments}};
  }
  return json;
}

std::string padded(const std::string& text, std::size_t columns) {
  const auto letters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  return text + std::string(letters < columns ? columns - letters : 1, ' ');
}

void print_sides(const std::vector<std::string>& sides, const SideTable& table) {
  const auto row = [](const std::string& side, const std::string& name, const std::string& sources,
                      const std::string& fragments) {
    std::cout << padded(side, 10) << padded(name, 24) << std::right << std::setw(9) << sources
              << std::setw(14) << fragments << "\n";
  };
  row("side", "class", "sources", "fragments");
  for (const std::string& side : sides) {
    for (const auto& [name, cell] : table.at(side))
      row(side, name, format_count(cell.sources), format_count(cell.fragments));
  }
}

}  // namespace frag
