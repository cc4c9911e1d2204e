// What a weights file says of itself, so that the file alone is enough to evaluate it or to train it further.
//
// The card is JSON in the file's metadata (libfrag/rounds/safetensors.h):
//   {"model": "small", "classes": ["a", "b"], "channels": 1, "input": 64, "mean": [118.2], "std": [40.1],
//    "dataset": "<64 hexadecimal digits>", "fragment": 256, "recipe": {"tile": 256, ...}}
// and, where "model" is "torchscript", "module_sha256": the digest of the module's file. "recipe" has the
// keys of docs/recipes.md that say how fragments are cut and what from; older files have none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/dataset/recipe.h"

namespace frag::trainer {

struct ModelCard {
  std::string model;                 // a name that `fragtrain models` lists
  std::vector<std::string> classes;  // by class number; at least 2
  std::int64_t channels = 1;         // 1 (grey) or 3 (RGB)
  std::int64_t input = 64;           // edge of the network's input, pixels
  std::vector<double> mean;          // one a channel, of pixels 0..255
  std::vector<double> deviation;     // one a channel, above 0; "std" in JSON
  std::string dataset = {};          // id of the dataset that it was first trained on; may be empty
  std::int64_t fragment = 0;         // edge of that dataset's fragments, pixels; 0 where unknown or unequal
  // How images become fragments like those that it was trained on; classes, groups and split are not in it.
  // Absent where unknown.
  std::optional<Recipe> recipe = {};
  std::string module_sha256 = {};  // of a TorchScript module's file (module_file.h); else empty

  bool operator==(const ModelCard&) const = default;
};

Json to_json(const ModelCard& card);

// `recipe` as a card holds it: what it says of classes, groups and split as by default.
Recipe recipe_of_fragments(Recipe recipe);

// Errc::bad_input that begins with `what` and names the key which is missing, mistyped or out of range.
ModelCard model_card_from_json(const Json& json, const std::string& what);

// Errc::bad_input where a dataset's classes are not the card's, in its order; `dataset` is how messages name
// it.
void check_classes(const ModelCard& card, const std::vector<std::string>& classes,
                   const std::string& dataset);

}  // namespace frag::trainer
