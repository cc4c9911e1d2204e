// What a network says of a picture: of each of its fragments, and of all of them together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "trainer/network.h"
#include "trainer/predicting/picture.h"

namespace frag::trainer {

struct PicturePrediction {
  std::string name;
  std::uint32_t class_number = 0;     // of the largest mean probability; the lowest of equals
  std::vector<double> mean;           // by class: the mean over fragments of their probabilities
  std::vector<std::uint64_t> votes;   // by class: the fragments that are called so
  std::vector<std::uint32_t> called;  // by fragment, in the order of Picture::tiles
  std::vector<float> probabilities;   // [fragments, classes] row by row

  std::uint64_t fragments() const { return called.size(); }
};

// `done` is called with the number of fragments that were classified since the last call; what it throws ends
// the work.
PicturePrediction classify(Network& network, const Picture& picture,
                           const std::function<void(std::uint64_t fragments)>& done);

// The name of the class of such a prediction.
inline const std::string& class_name(const PicturePrediction& prediction, const ModelCard& card) {
  return card.classes[prediction.class_number];
}

}  // namespace frag::trainer
