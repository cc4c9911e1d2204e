// Which fragments of a source belong to a class, where the source alone does not say: bitmaps that are asked
// for the k-th set bit.
//
// labels/fragments.bin is an array of 64-bit words, low byte first; a source's bitmap of one class begins at
// a word, its bit i stands for the source's i-th fragment. Immutable after construction; any thread may read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frag {

class LabelBits;

// One bitmap inside a LabelBits, which outlives it.
class FragmentBits {
 public:
  std::uint64_t size() const { return size_; }
  // `i` in [0, size()).
  bool test(std::uint64_t i) const;
  // Set bits.
  std::uint64_t count() const;
  // True where a bit is set in this one and in `other`, of equal size.
  bool meets(const FragmentBits& other) const;
  // The index of the k-th set bit, k in [0, count()). O(log of all words).
  std::uint64_t select(std::uint64_t k) const;

 private:
  friend class LabelBits;
  const LabelBits* all_ = nullptr;
  std::uint64_t first_word_ = 0;
  std::uint64_t size_ = 0;
};

class LabelBits {
 public:
  LabelBits() = default;
  // The bytes of the file; Errc::bad_input where they are no whole number of words.
  explicit LabelBits(std::string_view bytes);

  std::uint64_t bytes() const { return words_.size() * 8; }
  bool empty() const { return words_.empty(); }
  // The file's bytes again.
  std::string packed() const;

  // The bitmap of `size` bits at `offset` bytes; Errc::bad_input where it leaves the file, does not begin at
  // a word, or bits of its last word beyond `size` are set.
  FragmentBits view(std::uint64_t offset, std::uint64_t size) const;

  // Appends a bitmap and returns its offset; views of before stay good, counts are asked for after seal().
  std::uint64_t append(const std::vector<bool>& bits);
  // Makes count() and select() ready.
  void seal();

 private:
  friend class FragmentBits;
  static constexpr std::uint64_t kWordsPerBlock = 8;

  // Set bits before a word.
  std::uint64_t rank(std::uint64_t word) const;

  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> ranks_;  // set bits before each block, and the total
};

}  // namespace frag
