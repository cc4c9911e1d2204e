// How good predictions are, from counts alone. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::trainer {

// A ratio of 0 to 0 counts as 0: the precision of a class that was never predicted, the recall of one without
// fragments, the F1 of one with neither.
struct ClassMeasures {
  double precision = 0;       // of what was called this class, the share that is
  double recall = 0;          // of what is this class, the share that was called so
  double f1 = 0;              // 2 * hits / (called + are), the harmonic mean of both
  std::uint64_t support = 0;  // fragments of this class
};

struct Measures {
  std::uint64_t fragments = 0;
  double accuracy = 0;  // share of fragments called by their class; 0 of no fragments
  std::vector<std::vector<std::uint64_t>> confusion;  // [true class][predicted class]
  std::vector<ClassMeasures> classes;
  // Plain means over the classes that have fragments.
  double macro_precision = 0;
  double macro_recall = 0;
  double macro_f1 = 0;
};

// `truth` and `predicted` are class numbers below `classes`, of equal length. Errc::internal otherwise.
Measures measure(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
                 std::size_t classes);

// Share of equal places; 0 of none.
double accuracy_of(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted);

// {"accuracy", "macro": {...}, "classes": [{"name", "precision", "recall", "f1", "support"}], "confusion"}
Json to_json(const Measures& measures, const std::vector<std::string>& names);

// The per-class table and the confusion matrix for people, each line ended.
std::string format_table(const Measures& measures, const std::vector<std::string>& names);

}  // namespace frag::trainer
