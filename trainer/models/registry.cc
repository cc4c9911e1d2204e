#include "trainer/models/model.h"

namespace frag::models {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {small_kind(), tcnn3_kind()};
  return all;
}

const Kind* find_kind(const std::string& name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::int64_t parameter_count(const Model& model) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : model.parameters()) count += parameter.numel();
  return count;
}

}  // namespace frag::models
