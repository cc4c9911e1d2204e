#include "libfrag/image/pixel_scale.h"

#include <catch2/catch.hpp>

using namespace frag;

namespace {

ScaleHints resolution(double per_millimetre, bool unit_named) {
  ScaleHints hints;
  hints.per_unit_x = hints.per_unit_y = per_millimetre;
  hints.unit_named = unit_named;
  return hints;
}

ScaleHints described(const std::string& description, double per_unit = 0, bool unit_named = false) {
  ScaleHints hints = resolution(per_unit, unit_named);
  hints.description = description;
  return hints;
}

}  // namespace

TEST_CASE("resolutions of paper say nothing of micrometres") {
  for (const double dpi : {72.0, 96.0, 150.0, 300.0, 600.0, 1200.0, 2400.0})
    CHECK(micrometres_per_pixel(resolution(dpi / 25.4, true)) == 0);
}

TEST_CASE("a resolution of at least 2,540 dpi is a scale") {
  CHECK(micrometres_per_pixel(resolution(2540 / 25.4, true)) == Approx(10));
  CHECK(micrometres_per_pixel(resolution(2000, true)) == Approx(0.5));
  CHECK(micrometres_per_pixel(resolution(2000, false)) == 0);
}

TEST_CASE("two directions that disagree are no scale") {
  ScaleHints hints = resolution(2000, true);
  hints.per_unit_y = 2100;
  CHECK(micrometres_per_pixel(hints) == 0);
}

TEST_CASE("OME says a size and a unit, micrometres by itself") {
  CHECK(micrometres_per_pixel(described("<Pixels PhysicalSizeX=\"0.325\" SizeX=\"10\">")) == Approx(0.325));
  CHECK(micrometres_per_pixel(described("<Pixels PhysicalSizeX=\"325\" PhysicalSizeXUnit=\"nm\">")) ==
        Approx(0.325));
  CHECK(micrometres_per_pixel(
            described("<Pixels PhysicalSizeX=\"0.325\" PhysicalSizeXUnit=\"\xc2\xb5m\">")) == Approx(0.325));
  CHECK(micrometres_per_pixel(described("<Pixels PhysicalSizeX=\"2\" PhysicalSizeXUnit=\"pixel\">")) == 0);
}

TEST_CASE("ImageJ says pixels a unit") {
  CHECK(micrometres_per_pixel(described("ImageJ=1.53t\nunit=micron\nspacing=1\n", 4)) == Approx(0.25));
  CHECK(micrometres_per_pixel(described("ImageJ=1.53t\nunit=\\u00B5m\n", 4)) == Approx(0.25));
  CHECK(micrometres_per_pixel(described("ImageJ=1.53t\nunit=pixel\n", 4)) == 0);
  CHECK(micrometres_per_pixel(described("unit=micron\n", 4)) == 0);
}

TEST_CASE("OpenSlide's word comes first, and nonsense counts for nothing") {
  ScaleHints hints = described("<Pixels PhysicalSizeX=\"0.325\">");
  hints.slide_micrometres = 0.499;
  CHECK(micrometres_per_pixel(hints) == Approx(0.499));
  hints.slide_micrometres = -1;
  CHECK(micrometres_per_pixel(hints) == Approx(0.325));
  CHECK(micrometres_per_pixel(described("<Pixels PhysicalSizeX=\"1e300\">")) == 0);
  CHECK(micrometres_per_pixel(described("<Pixels PhysicalSizeX=\"nan\">")) == 0);
  CHECK(micrometres_per_pixel({}) == 0);
}
