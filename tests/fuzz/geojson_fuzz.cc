// Annotations: whatever is read can be drawn, and what is drawn is a class or none.
#include "libfrag/dataset/label_map.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const frag::Annotations found = frag::parse_annotations(bytes, "a.geojson");
  std::vector<std::string> classes;
  for (const auto& region : found.regions) {
    if (classes.size() < 3) classes.push_back(region.class_name);
  }
  const frag::CellGrid grid(frag::Placement::whole(50, 30), 50, 30, 4);
  const frag::LabelMap map = frag::draw_annotations(grid, found, classes);
  for (const std::uint8_t cell : map.cells()) {
    if (cell >= classes.size() && cell != frag::LabelMap::kNone) __builtin_trap();
  }
}
