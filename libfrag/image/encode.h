// Pixels to files: PNG and JPEG in memory. Pure functions; any thread.
#pragma once

#include <string>

#include "libfrag/image/image.h"

namespace frag {

// A PNG with one row filter and libdeflate's fast level. Every PNG reader gives back equal pixels; the bytes
// may differ between versions of libdeflate.
std::string encode_png(const Image& image);

// A baseline JPEG, `quality` in [1, 100]; RGB without chroma subsampling.
std::string encode_jpeg(const Image& image, int quality = 90);

}  // namespace frag
