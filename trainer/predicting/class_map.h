// A picture with the classes of its fragments laid over it, for people.
#pragma once

#include "libfrag/image/image.h"
#include "trainer/predicting/prediction.h"

namespace frag::trainer {

// The longer edge of a map's picture, pixels, where the picture itself is larger.
inline constexpr std::int64_t kMapEdge = 2048;

// RGB: the picture in grey, over it the part of each fragment that is nearest to its centre in the colour of
// its class, below it the picture's name and every class with its share of the fragments. What no fragment
// covers stays grey. Of several angles the first one's fragments are drawn, and the shares are theirs.
// `prediction` is of `picture`. Any thread.
Image draw_class_map(const Picture& picture, const PicturePrediction& prediction, const ModelCard& card);

}  // namespace frag::trainer
