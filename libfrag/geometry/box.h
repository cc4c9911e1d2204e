// A rectangle of whole pixels.
#pragma once

#include <compare>
#include <cstdint>

namespace frag {

// Covers the pixels [x, x + width) x [y, y + height).
struct Box {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;

  // By x, then y, width and height.
  auto operator<=>(const Box&) const = default;
};

}  // namespace frag
