#include "libfrag/image/resize.h"

#include <opencv2/imgproc.hpp>

#include "libfrag/image/mat.h"

namespace frag {

Image resize_area(const Image& image, std::int64_t width, std::int64_t height) {
  if (width == image.width() && height == image.height()) return image.clone();
  const bool shrinks = width <= image.width() && height <= image.height();
  Image out(width, height, image.channels(), image.bits());
  cv::Mat target = as_mat(out);
  cv::resize(as_mat(image), target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return out;
}

}  // namespace frag
