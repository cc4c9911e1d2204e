// Shrinking and growing pictures for a model's input or for a sheet. Pure functions; any thread.
#pragma once

#include <cstdint>

#include "libfrag/image/image.h"

namespace frag {

// Area averaging where it shrinks, bilinear where it grows (OpenCV's INTER_AREA and INTER_LINEAR).
Image resize_area(const Image& image, std::int64_t width, std::int64_t height);

}  // namespace frag
