#include "libfrag/image/blur.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "libfrag/image/mat.h"

namespace frag {

Image gaussian_blur(const Image& image, double deviation) {
  Image out = image.clone();
  if (deviation <= 0) return out;
  const int reach = std::max(1, static_cast<int>(std::lround(3 * deviation)));
  cv::Mat target = as_mat(out);
  cv::GaussianBlur(as_mat(image), target, cv::Size(2 * reach + 1, 2 * reach + 1), deviation);
  return out;
}

}  // namespace frag
