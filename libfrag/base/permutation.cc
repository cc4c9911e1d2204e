#include "libfrag/base/permutation.h"

#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

namespace frag {
namespace {

std::uint64_t ceil_sqrt(std::uint64_t n) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root < n) ++root;
  while (root > 0 && (root - 1) * (root - 1) >= n) --root;
  return root;
}

}  // namespace

KeyedPermutation::KeyedPermutation(std::uint64_t size, std::uint64_t key) : size_(size) {
  if (size < 1 || size > (std::uint64_t{1} << 62)) {
    throw Error(Errc::usage, "a permutation needs between 1 and 2^62 elements, got " + std::to_string(size));
  }
  SplitMix64 stream(key);
  if (size <= kTableLimit) {
    table_.resize(size);
    std::iota(table_.begin(), table_.end(), std::uint64_t{0});
    for (std::uint64_t i = size - 1; i > 0; --i) std::swap(table_[i], table_[stream.below(i + 1)]);
    return;
  }
  left_ = ceil_sqrt(size);
  right_ = (size + left_ - 1) / left_;
  for (auto& round_key : round_keys_) round_key = stream.next();
}

std::uint64_t KeyedPermutation::operator()(std::uint64_t index, std::uint64_t* steps) const {
  if (!table_.empty()) {
    if (steps != nullptr) ++*steps;
    return table_[index];
  }
  std::uint64_t value = index;
  do {
    value = encipher(value);
    if (steps != nullptr) ++*steps;
  } while (value >= size_);
  return value;
}

std::uint64_t KeyedPermutation::encipher(std::uint64_t value) const {
  std::uint64_t l = value / right_;
  std::uint64_t r = value % right_;
  for (std::size_t round = 0; round < kRounds; round += 2) {
    l += reduce64(mix64(round_keys_[round] + r), left_);
    if (l >= left_) l -= left_;
    r += reduce64(mix64(round_keys_[round + 1] + l), right_);
    if (r >= right_) r -= right_;
  }
  return l * right_ + r;
}

}  // namespace frag
