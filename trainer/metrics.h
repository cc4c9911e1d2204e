// How good predicted classes are, from counts alone: of fragments, or of sources. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::trainer {

// A ratio of 0 to 0 counts as 0: the precision of a class that was never predicted, the recall of one without
// members, the F1 of one with neither.
struct ClassMeasures {
  double precision = 0;       // of what was called this class, the share that is
  double recall = 0;          // of what is this class, the share that was called so
  double f1 = 0;              // 2 * hits / (called + are), the harmonic mean of both
  std::uint64_t support = 0;  // how many are of this class
};

struct MeanMeasures {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

struct Measures {
  std::uint64_t count = 0;
  double accuracy = 0;                                // share that is called by its class; 0 of none
  std::vector<std::vector<std::uint64_t>> confusion;  // [true class][predicted class]
  std::vector<ClassMeasures> classes;
  MeanMeasures macro;     // plain means over the classes with support
  MeanMeasures weighted;  // the same, each class counting by its support; its recall is the accuracy
};

// `truth` and `predicted` are class numbers below `classes`, of equal length. Errc::internal otherwise.
Measures measure(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
                 std::size_t classes);

// Share of equal places; 0 of none.
double accuracy_of(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted);

// {"accuracy", "macro": {"precision", "recall", "f1"}, "weighted": {...}, "classes": [{"name", "precision",
// "recall", "f1", "support"}], "confusion"}
Json to_json(const Measures& measures, const std::vector<std::string>& names);

}  // namespace frag::trainer
