// The CSV of labels: whatever rows it yields stay in the image folder, sorted, each source once.
#include <tuple>

#include "libfrag/dataset/label_table.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const auto rows = frag::parse_label_table(bytes, "labels.csv");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string path = "/" + rows[i].path + "/";
    if (path.find("/../") != std::string::npos || path.find("//") != std::string::npos) __builtin_trap();
    if (rows[i].class_name.empty()) __builtin_trap();
    if (i == 0) continue;
    const auto& a = rows[i - 1];
    const auto& b = rows[i];
    if (std::tie(a.path, a.page, a.box) >= std::tie(b.path, b.page, b.box)) __builtin_trap();
  }
}
