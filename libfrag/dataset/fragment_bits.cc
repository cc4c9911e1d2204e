#include "libfrag/dataset/fragment_bits.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "libfrag/base/error.h"

namespace frag {
namespace {

constexpr std::uint64_t kWordBits = 64;
static_assert(std::endian::native == std::endian::little, "the file's words are read as they lie in memory");

std::uint64_t words_for(std::uint64_t bits) {
  return bits / kWordBits + (bits % kWordBits != 0 ? 1 : 0);
}

// The place of the k-th set bit of a word that has more than k.
unsigned select_in_word(std::uint64_t word, std::uint64_t k) {
  for (; k > 0; --k) word &= word - 1;
  return static_cast<unsigned>(std::countr_zero(word));
}

}  // namespace

bool FragmentBits::test(std::uint64_t i) const {
  return (all_->words_[first_word_ + i / kWordBits] >> (i % kWordBits) & 1) != 0;
}

std::uint64_t FragmentBits::count() const {
  return all_->rank(first_word_ + words_for(size_)) - all_->rank(first_word_);
}

bool FragmentBits::meets(const FragmentBits& other) const {
  for (std::uint64_t word = 0; word < words_for(size_); ++word) {
    if ((all_->words_[first_word_ + word] & other.all_->words_[other.first_word_ + word]) != 0) return true;
  }
  return false;
}

std::uint64_t FragmentBits::select(std::uint64_t k) const {
  const std::uint64_t wanted = all_->rank(first_word_) + k;  // among all set bits of the file
  const auto& ranks = all_->ranks_;
  const auto block =
      static_cast<std::uint64_t>(std::upper_bound(ranks.begin(), ranks.end(), wanted) - ranks.begin() - 1);
  std::uint64_t word = block * LabelBits::kWordsPerBlock;
  std::uint64_t before = ranks[block];
  for (;; ++word) {
    const auto here = static_cast<std::uint64_t>(std::popcount(all_->words_[word]));
    if (before + here > wanted) break;
    before += here;
  }
  return (word - first_word_) * kWordBits + select_in_word(all_->words_[word], wanted - before);
}

LabelBits::LabelBits(std::string_view bytes) : words_(bytes.size() / 8) {
  if (bytes.size() % 8 != 0)
    throw Error(Errc::bad_input, std::to_string(bytes.size()) + " bytes are no whole number of 64-bit words");
  if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
  seal();
}

std::string LabelBits::packed() const {
  std::string bytes(words_.size() * 8, '\0');
  if (!words_.empty()) std::memcpy(bytes.data(), words_.data(), bytes.size());
  return bytes;
}

FragmentBits LabelBits::view(std::uint64_t offset, std::uint64_t size) const {
  const std::uint64_t first = offset / 8;
  if (offset % 8 != 0 || first > words_.size() || words_for(size) > words_.size() - first)
    throw Error(Errc::bad_input, "\"kept\" names labels outside their file");
  if (size % kWordBits != 0 && words_[first + size / kWordBits] >> (size % kWordBits) != 0)
    throw Error(Errc::bad_input, "\"kept\" names labels of more fragments than there are");
  FragmentBits bits;
  bits.all_ = this;
  bits.first_word_ = first;
  bits.size_ = size;
  return bits;
}

std::uint64_t LabelBits::append(const std::vector<bool>& bits) {
  const std::uint64_t offset = bytes();
  words_.resize(words_.size() + words_for(bits.size()), 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) words_[offset / 8 + i / kWordBits] |= std::uint64_t{1} << (i % kWordBits);
  }
  return offset;
}

void LabelBits::seal() {
  ranks_.clear();
  std::uint64_t set = 0;
  for (std::size_t word = 0; word < words_.size(); ++word) {
    if (word % kWordsPerBlock == 0) ranks_.push_back(set);
    set += static_cast<std::uint64_t>(std::popcount(words_[word]));
  }
  ranks_.push_back(set);
}

std::uint64_t LabelBits::rank(std::uint64_t word) const {
  const std::uint64_t block = word / kWordsPerBlock;
  if (word == words_.size()) return ranks_.back();
  std::uint64_t set = ranks_[block];
  for (std::uint64_t i = block * kWordsPerBlock; i < word; ++i)
    set += static_cast<std::uint64_t>(std::popcount(words_[i]));
  return set;
}

}  // namespace frag
