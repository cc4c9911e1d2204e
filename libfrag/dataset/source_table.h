// The sources of a dataset, packed: a million of them take some 200 MB.
//
// A Source is a row as a value; the table keeps columns, and makes a row when asked for one. Reading from
// many threads is safe.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libfrag/geometry/box.h"

namespace frag {

using FragmentId = std::uint64_t;

// The class of a source whose fragments have several, or none.
inline constexpr std::uint32_t kNoClass = UINT32_MAX;
// The shard of a file that is not in the store (frag cut --in-place).
inline constexpr std::uint32_t kNoShard = UINT32_MAX;

// How many fragments of a source are of a class, and where their bitmap begins in labels/fragments.bin.
struct KeptClass {
  std::uint32_t class_number = 0;
  std::uint64_t count = 0;
  std::uint64_t offset = 0;  // bytes
  bool operator==(const KeptClass&) const = default;
};

// The grey levels that become black and white.
struct Stretch {
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  bool operator==(const Stretch&) const = default;
};

// A file of images.
struct SourceFile {
  std::string name;  // in its shard; in place, relative to the folder of images
  std::uint32_t shard = 0;
  std::uint64_t offset = 0;  // of the file's first byte in its shard
  std::uint64_t bytes = 0;
  std::string sha256;
  bool operator==(const SourceFile&) const = default;
};

// A line of sources.jsonl.
struct Source {
  std::string name;  // the path it was cut from, relative to the image folder, for people
  std::uint32_t class_number = 0;
  std::string group;  // sources of one group never lie on two sides of a split
  std::string split;  // "train", "val", "test", or "fold0", "fold1", ...
  SourceFile file;
  std::uint32_t page = 0;   // of the file
  std::uint32_t level = 0;  // of the page's pyramid
  std::optional<Box> box;   // of the level's pixels; absent: all
  std::int64_t width = 0;   // pixels that fragments are rendered from: cropped, scaled, upright
  std::int64_t height = 0;
  std::int64_t channels = 1;
  int bits = 8;
  std::optional<Stretch> stretch;
  std::string pixels;  // pixel_digest() of what the fragments are rendered from
  FragmentId first_fragment = 0;
  std::uint64_t fragments = 0;
  std::vector<KeptClass> kept;  // by class number; empty where all fragments are of class_number
};

class SourceTable {
 public:
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  // `i` in [0, size()).
  Source operator[](std::size_t i) const;

  // Columns that are asked for often.
  std::uint32_t class_number(std::size_t i) const { return rows_[i].class_number; }
  std::string_view split(std::size_t i) const { return splits_[rows_[i].split]; }
  std::string_view group(std::size_t i) const { return text(rows_[i].group); }
  FragmentId first_fragment(std::size_t i) const { return first_[i]; }
  std::uint64_t fragments(std::size_t i) const { return first_[i + 1] - first_[i]; }
  std::uint64_t total_fragments() const { return first_.back(); }
  std::int64_t width(std::size_t i) const { return rows_[i].width; }
  std::int64_t height(std::size_t i) const { return rows_[i].height; }
  std::int64_t channels(std::size_t i) const { return rows_[i].channels; }
  int bits(std::size_t i) const { return rows_[i].bits; }
  // What all pixels of a source take in memory.
  std::uint64_t pixel_bytes(std::size_t i) const {
    const Row& row = rows_[i];
    return std::uint64_t{row.width} * row.height * row.channels * row.bits / 8;
  }
  std::vector<KeptClass> kept(std::size_t i) const;
  // Two sources have the same number exactly if they come from the same stored file.
  std::uint32_t file_number(std::size_t i) const { return rows_[i].file; }
  std::size_t files() const { return files_.size(); }
  const std::vector<std::string>& splits() const { return splits_; }

  // The source that owns a fragment below total_fragments(). O(log size).
  std::uint32_t source_of(FragmentId id) const;

  // Makes room for so many rows.
  void reserve(std::size_t rows);
  // Appends a row, numbering its fragments after those of the rows before. Digests are 64 and 32 hexadecimal
  // digits, Errc::bad_input otherwise.
  void push_back(const Source& source);
  void set_class(std::size_t i, std::uint32_t class_number) { rows_[i].class_number = class_number; }
  void set_split(std::size_t i, const std::string& split);
  void set_group(std::size_t i, const std::string& group);

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Source;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Source;

    Iterator(const SourceTable* table, std::size_t i) : table_(table), i_(i) {}
    Source operator*() const { return (*table_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return i_ == other.i_; }

   private:
    const SourceTable* table_;
    std::size_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  Source front() const { return (*this)[0]; }

 private:
  struct Text {
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Row {
    Text name, group;
    std::uint32_t class_number = 0;
    std::uint32_t file = 0;
    std::uint32_t page = 0;
    std::uint32_t width = 0, height = 0;
    std::uint16_t split = 0;
    std::uint8_t level = 0;
    std::uint8_t channels = 1;
    std::uint8_t bits = 8;
    std::array<std::uint8_t, 16> pixels{};
  };
  struct File {
    Text name;
    std::uint32_t shard = 0;
    std::uint64_t offset = 0, bytes = 0;
    std::array<std::uint8_t, 32> sha256{};
  };

  Text keep(std::string_view text);
  std::string_view text(Text at) const { return {texts_.data() + at.offset, at.size}; }
  std::uint16_t split_number(const std::string& split);
  std::uint32_t add_file(const SourceFile& file);

  std::string texts_;  // all names and groups
  std::vector<Row> rows_;
  std::vector<File> files_;
  std::vector<FragmentId> first_{0};  // of each row, and the end
  std::vector<std::string> splits_;
  // What few sources have.
  std::unordered_map<std::size_t, Box> boxes_;
  std::unordered_map<std::size_t, Stretch> stretches_;
  std::unordered_map<std::size_t, std::vector<KeptClass>> kept_;
};

}  // namespace frag
