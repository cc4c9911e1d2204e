// How many micrometres a pixel stands for, by what a file says of itself. Pure functions.
//
// In this order, the first that speaks:
//   1. OpenSlide's mpp-x.
//   2. OME: PhysicalSizeX in the TIFF's ImageDescription, with PhysicalSizeXUnit (micrometres where it is
//   absent).
//   3. ImageJ: an ImageDescription that begins with "ImageJ" and names a unit of length; the TIFF's
//   XResolution
//      counts pixels a unit.
//   4. A resolution in pixels per inch or centimetre of at least 2,540 dpi, 10 micrometres a pixel. Coarser
//   ones
//      are what cameras, scanners and drawing programs write by themselves (72, 96, 150, 300, 600, 1,200
//      dpi): they speak of paper.
// A scale whose two directions differ by more than 1 % (3. and 4.) counts as none, and so does anything
// outside of 1 nanometre to 1 millimetre.
#pragma once

#include <string>

namespace frag {

struct ScaleHints {
  double slide_micrometres = 0;  // OpenSlide's mpp-x; 0: none
  std::string description;       // the TIFF's ImageDescription
  double per_unit_x = 0;  // resolution: pixels a millimetre where a unit is named, else the bare number
  double per_unit_y = 0;
  bool unit_named = false;  // the resolution's unit is the inch or the centimetre
};

// Micrometres a pixel, or 0 where the hints do not say.
double micrometres_per_pixel(const ScaleHints& hints);

}  // namespace frag
