// Any TorchScript module (what Python's torch.jit.save writes) as a model: pixels in, logits out.
#pragma once

#include <memory>
#include <string>

#include "trainer/models/model.h"

namespace frag::models {

// The module in a file's bytes, with the weights that it holds. It has its parameters and buffers by its own
// names. std::invalid_argument, with words that can follow the file's name, where it is no such file, holds
// nothing to train, holds numbers other than 32-bit floats and 64-bit counters, or does not turn
// [2, channels, input, input] into [2, classes] floats.
std::shared_ptr<Model> load_script(const std::string& bytes, const Shape& shape);

}  // namespace frag::models
