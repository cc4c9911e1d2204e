// Softening a picture. Pure functions; any thread.
#pragma once

#include "libfrag/image/image.h"

namespace frag {

// A Gaussian of that deviation in pixels (OpenCV's, cut off at three deviations, the picture mirrored at its
// edges); 0 and less copies.
Image gaussian_blur(const Image& image, double deviation);

}  // namespace frag
