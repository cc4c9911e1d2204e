// From a stored file to the pixels that fragments are rendered from. Pure functions; any thread.
#pragma once

#include <string_view>

#include "libfrag/dataset/recipe.h"
#include "libfrag/image/image.h"

namespace frag {

// Decodes `file` and brings it to the recipe's channels. Errors as decode_image.
Image source_pixels(std::string_view file, const Recipe& recipe);

// The channels that source_pixels() gives for a file that decodes to `decoded` channels.
std::int64_t channels_after(std::int64_t decoded, const Recipe& recipe);

}  // namespace frag
