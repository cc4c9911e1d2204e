#include "libfrag/image/synth.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/support.h"

using namespace frag;

namespace {

SynthSpec spec_of(std::uint32_t structure, std::uint32_t index, std::uint64_t seed = 1) {
  SynthSpec spec;
  spec.width = 512;
  spec.height = 384;
  spec.structure = structure;
  spec.index = index;
  spec.seed = seed;
  return spec;
}

struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments(const Image& image) {
  double sum = 0, squares = 0;
  const auto count = static_cast<double>(image.width() * image.height());
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x) {
      sum += image.row(y)[x];
      squares += image.row(y)[x] * image.row(y)[x];
    }
  }
  return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

}  // namespace

TEST_CASE("equal specs give equal pictures, other seeds and indices other ones") {
  const std::string picture = synthesise(spec_of(0, 0)).packed();
  CHECK(synthesise(spec_of(0, 0)).packed() == picture);
  CHECK(synthesise(spec_of(0, 1)).packed() != picture);
  CHECK(synthesise(spec_of(0, 0, 2)).packed() != picture);
}

TEST_CASE("classes do not differ in mean or contrast: over a class both agree within a few percent") {
  double first_mean = 0, first_deviation = 0;
  for (std::uint32_t structure = 0; structure < synth_classes().size(); ++structure) {
    double mean = 0, deviation = 0;
    for (std::uint32_t index = 0; index < 8; ++index) {
      const Moments of = moments(synthesise(spec_of(structure, index)));
      mean += of.mean / 8;
      deviation += of.deviation / 8;
    }
    if (structure == 0) {
      first_mean = mean;
      first_deviation = deviation;
    }
    INFO(synth_classes()[structure]);
    CHECK(mean == Approx(first_mean).epsilon(0.05));
    CHECK(deviation == Approx(first_deviation).epsilon(0.08));
  }
}
