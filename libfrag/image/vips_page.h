// What a page of a file is: its size and kind upright, and where its levels lie. For the image room alone.
#pragma once

#include <vector>

#include "libfrag/image/read.h"
#include "libfrag/image/samples.h"
#include "libfrag/image/vips_open.h"

namespace frag {

struct VipsPage {
  PageInfo info;
  SampleKind kind;
  Orientation orientation;
  std::vector<VipsPart> parts;  // by level
};

// Pages that people would count: frames, TIFF directories, but one for a pyramid made of pages. Throws
// VError.
std::uint32_t count_pages(const VipsInput& input, bool* pages_are_levels);

// Throws VError, or Errc::bad_input for a kind of pixels that is not read.
VipsPage describe_page(const VipsInput& input, std::uint32_t page, bool pages_are_levels);

}  // namespace frag
