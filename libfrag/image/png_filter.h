// PNG's row filters (PNG specification, section 9): what is left of a row once it is predicted from its
// neighbours. Private to libfrag/image. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "libfrag/image/image.h"

namespace frag {

// Each row of `image`, 16-bit samples with the high byte first, behind the byte that names its filter: `rows`
// becomes height x (1 + width x pixel_bytes) bytes. The filter is the one of sub, up, average and Paeth whose
// differences are smallest in sum over every eighth row.
void filter_rows(const Image& image, std::vector<std::uint8_t>& rows);

}  // namespace frag
