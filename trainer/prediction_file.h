// The predictions behind an evaluation, as a table for other tools.
#pragma once

#include <filesystem>
#include <optional>

#include "libfrag/base/file.h"
#include "libfrag/dataset/catalog.h"
#include "trainer/evaluation.h"

namespace frag::trainer {

// A CSV file (RFC 4180, UTF-8) that is whole or absent:
//   id,source,group,truth,predicted,p_CLASS,...
// a line a fragment in the order of the draw; source, group and classes by name, probabilities in the fewest
// digits that give the same 32-bit float back. Opening it before the evaluation tells a path that cannot be
// written at once.
class PredictionFile {
 public:
  explicit PredictionFile(const std::filesystem::path& path) : file_(path) {}

  // Once. `catalog` is that of the evaluation's dataset.
  void write(const Evaluation& evaluation, const Catalog& catalog);

 private:
  AtomicFile file_;
};

}  // namespace frag::trainer
