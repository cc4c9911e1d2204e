#include "libfrag/dataset/image_sets.h"

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/image/raw_sets.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// The names of CIFAR-10's and of CIFAR-100's classes.
constexpr const char* kNameFiles[] = {"batches.meta.txt", "fine_label_names.txt"};

std::optional<std::string> split_of(const std::string& file) {
  for (const char* start : {"train", "data_batch"}) {
    if (file.starts_with(start)) return "train";
  }
  for (const char* start : {"t10k", "test"}) {
    if (file.starts_with(start)) return "test";
  }
  return std::nullopt;
}

// A name a line, blank ones left out.
std::vector<std::string> read_names(const fs::path& path) {
  std::vector<std::string> names;
  if (!fs::exists(path)) return names;
  for (std::string line : split_text(read_file(path, 1 << 20), '\n')) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

std::vector<std::uint8_t> idx_labels(const fs::path& images) {
  const fs::path labels = idx_labels_beside(images);
  if (labels.empty() || !fs::exists(labels)) {
    throw Error(Errc::bad_input, "its labels are missing: a file such as " +
                                     (labels.empty() ? std::string("train-labels-idx1-ubyte beside it")
                                                     : labels.filename().string() + " beside it"));
  }
  return read_idx_labels(read_file(labels));
}

}  // namespace

std::vector<fs::path> label_files_of_set(const fs::path& path) {
  std::vector<fs::path> files = {idx_labels_beside(path)};
  for (const char* name : kNameFiles) files.push_back(path.parent_path() / name);
  return files;
}

ImageSetLabels::ImageSetLabels(const fs::path& path, const ImageFile& file)
    : split_(split_of(path.filename().string())) {
  if (file.format() == ImageFormat::cifar) {
    for (std::uint32_t page = 0; page < file.pages(); ++page)
      labels_.push_back(static_cast<std::uint8_t>(file.label(page).value()));
    for (const char* file_of_names : kNameFiles) {
      if (names_.empty()) names_ = read_names(path.parent_path() / file_of_names);
    }
  } else if (file.format() == ImageFormat::idx) {
    labels_ = idx_labels(path);
  } else {
    throw Error(Errc::bad_input, std::string("labels of a set are asked for, and a ") +
                                     name_of(file.format()) + " file carries none");
  }
  if (labels_.size() != file.pages()) {
    throw Error(Errc::bad_input,
                std::to_string(labels_.size()) + " labels for " + std::to_string(file.pages()) + " images");
  }
}

std::string ImageSetLabels::class_name(std::uint32_t page, const LabelRule& rule) const {
  const std::size_t number = labels_[page];
  const std::vector<std::string>& names = rule.classes.empty() ? names_ : rule.classes;
  if (names.empty()) return std::to_string(number);
  if (number >= names.size())
    throw Error(Errc::bad_input, "label " + std::to_string(number) + " has no name among the " +
                                     std::to_string(names.size()) + " classes");
  return names[number];
}

}  // namespace frag
