// Sets that come as one file of many small pictures, and carry their classes and their split: IDX (MNIST and
// its kin) and CIFAR.
//
// Immutable after construction; any thread may read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/dataset/label_rule.h"
#include "libfrag/image/read.h"

namespace frag {

// Where the labels and the class names of the set in `path` may lie; the files need not exist.
std::vector<std::filesystem::path> label_files_of_set(const std::filesystem::path& path);

class ImageSetLabels {
 public:
  // Of the set whose images are in `path`, opened as `file`. The labels of an IDX file lie beside it, as
  // train-labels-idx1-ubyte beside train-images-idx3-ubyte; names of CIFAR's classes in batches.meta.txt or
  // fine_label_names.txt. Errc::bad_input where `file` is no such set, or its labels are missing or of
  // another length.
  ImageSetLabels(const std::filesystem::path& path, const ImageFile& file);

  // The name of a page's class: by `rule.classes`, else by the set's own list, else the number.
  // Errc::bad_input where the number has no name in a list that is given.
  std::string class_name(std::uint32_t page, const LabelRule& rule) const;
  // "train" or "test" where the file's name says so (train-..., data_batch_..., t10k-..., test...).
  const std::optional<std::string>& split() const { return split_; }

 private:
  std::vector<std::uint8_t> labels_;  // by page
  std::vector<std::string> names_;
  std::optional<std::string> split_;
};

}  // namespace frag
