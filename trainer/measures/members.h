// Things put together by a number that each has: the fragments of a group, of a source.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace frag::trainer {

// By number in ascending order, the places in `numbers` that hold it, in order.
using Members = std::map<std::uint32_t, std::vector<std::uint32_t>>;

inline Members members_of(std::span<const std::uint32_t> numbers) {
  Members members;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) members[numbers[i]].push_back(i);
  return members;
}

}  // namespace frag::trainer
