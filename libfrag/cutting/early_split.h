// What is wrong with a split as far as the names of images tell: said before hours of decoding.
#pragma once

#include <vector>

#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

// Errc::usage where the recipe's split is none; Errc::bad_input, as from assign_sides(), where a class is
// known by the names to have too few groups, or images of one group are stated to lie on two sides. Where
// only the pixels or pages of files decide it says nothing.
void require_possible_split(const std::vector<LabelledFile>& files, const Recipe& recipe);

}  // namespace frag
