// The bulk of all micrographs, faster: JPEG straight into the rows of an Image. For the image room alone; any
// thread may call.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libfrag/image/image.h"

namespace frag {

// The stored pixels of a JPEG file that its header says is width x height with `channels` (1 or 3): equal to
// libvips', for both decode by libjpeg-turbo with the exact transform and smooth chroma. nullopt at the
// decoder's slightest complaint; whether the file is damaged is then libvips' to say.
std::optional<Image> decode_clean_jpeg(std::string_view bytes, std::int64_t width, std::int64_t height,
                                       std::int64_t channels);

}  // namespace frag
