// An Image's pixels as an OpenCV matrix that shares them. Private to libfrag/image.
#pragma once

#include <opencv2/core.hpp>

#include "libfrag/image/image.h"

namespace frag {

inline cv::Mat as_mat(Image& image) {
  return {static_cast<int>(image.height()), static_cast<int>(image.width()),
          CV_MAKETYPE(image.bits() == 16 ? CV_16U : CV_8U, static_cast<int>(image.channels())), image.row(0),
          static_cast<std::size_t>(image.stride())};
}

// OpenCV has no read-only matrix; the caller only reads.
inline cv::Mat as_mat(const Image& image) {
  return {static_cast<int>(image.height()), static_cast<int>(image.width()),
          CV_MAKETYPE(image.bits() == 16 ? CV_16U : CV_8U, static_cast<int>(image.channels())),
          const_cast<std::uint8_t*>(image.row(0)), static_cast<std::size_t>(image.stride())};
}

}  // namespace frag
