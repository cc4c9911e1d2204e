// The image files that a dataset has already, and what changed about them since.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "libfrag/cutting/anonymiser.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/labels.h"

namespace frag {

class KnownFiles {
 public:
  // Those of `old`; `key` has the names of an anonymous one, and is null for any other. Both outlive this.
  KnownFiles(const DatasetFolder& old, const Anonymiser* key);

  bool has(const std::string& file_name) const { return sources_.count(file_name) != 0; }
  // `entries` are all of one image file that the dataset has.
  void compare(std::span<const LabelledFile> entries);
  // What compare() found and adding does not pick up: images that were replaced, labels that changed, and,
  // where the folder has some of the dataset's images, those that it has no longer. A sentence each.
  std::vector<std::string> notes(const std::filesystem::path& images) const;

 private:
  struct Found {
    std::uint64_t files = 0;
    std::string first;
    void add(const std::string& name) {
      if (files++ == 0) first = name;
    }
    // "3 images, as a/1.png"
    std::string text() const;
  };
  using Sources = std::multimap<std::string, std::uint32_t>;

  std::string name_of(std::uint32_t source) const;
  bool is_replaced(const LabelledFile& entry, const SourceFile& stored) const;
  bool has_labels_of(const LabelledFile& entry) const;
  Found gone_from(const std::filesystem::path& images) const;

  const DatasetFolder& old_;
  const Anonymiser* key_;
  std::int64_t written_ = 0;   // when the dataset was, in nanoseconds since 1970
  Sources sources_;            // by their names, and by all that may be their file's
  std::vector<bool> present_;  // by source: compare() saw its file
  Found replaced_, labelled_;
};

}  // namespace frag
