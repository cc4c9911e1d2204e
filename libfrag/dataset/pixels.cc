#include "libfrag/dataset/pixels.h"

#include "libfrag/image/convert.h"
#include "libfrag/image/read.h"

namespace frag {

std::int64_t channels_after(std::int64_t decoded, const Recipe& recipe) {
  switch (recipe.channels) {
    case Channels::gray:
      return 1;
    case Channels::rgb:
      return 3;
    case Channels::keep:
      break;
  }
  return decoded;
}

Image source_pixels(std::string_view file, const Recipe& recipe) {
  Image image = decode_image(file);
  const std::int64_t wanted = channels_after(image.channels(), recipe);
  if (wanted == image.channels()) return image;
  return wanted == 1 ? to_gray(image) : to_rgb(image);
}

}  // namespace frag
