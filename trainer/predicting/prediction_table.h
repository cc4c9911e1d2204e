// What was said of pictures, as tables and as JSON. docs/keeping.md has the columns and the keys.
#pragma once

#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/predicting/prediction.h"

namespace frag::trainer {

// A line a picture: image,class,probability,votes,fragments,p_CLASS,...
std::string picture_header(const ModelCard& card);
std::string picture_line(const PicturePrediction& prediction, const ModelCard& card);
Json to_json(const PicturePrediction& prediction, const ModelCard& card);

// A line a fragment: image,angle,row,column,x,y,w,h,class,p_CLASS,... Places as `frag pack --layout
// coordinates` writes them.
std::string fragment_header(const ModelCard& card);
std::string fragment_lines(const Picture& picture, const PicturePrediction& prediction,
                           const ModelCard& card);

}  // namespace frag::trainer
