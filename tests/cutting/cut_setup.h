// A cut of the pictures in DIR/images by the small recipe, into DIR/NAME.
#pragma once

#include <string>

#include "libfrag/cutting/cut.h"
#include "tests/support/support.h"

namespace frag::test {

inline CutOptions cut_options(const TempDir& dir, const std::string& name = "dataset") {
  CutOptions options;
  options.images = dir / "images";
  options.dataset = dir / name;
  options.recipe = small_recipe();
  return options;
}

}  // namespace frag::test
