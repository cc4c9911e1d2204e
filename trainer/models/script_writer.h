// A network as TorchScript: each layer says what it computes in an expression of that language, and
// write_script() makes modules of it which need nothing of ours.
//
// What is written evaluates: dropout does nothing, batch norm goes by its running statistics, and train()
// changes neither. Tensors keep their names; those that evaluating does not use are left out. A ScriptBody
// belongs to one thread.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <utility>
#include <vector>

#include "trainer/models/layer.h"

namespace frag::models {

// The statements of one module's forward(). Values are names of variables in them.
class ScriptBody {
 public:
  // A variable that holds `expression`.
  std::string add(const std::string& expression);

  // The module's own tensor under its name; "None" where it is not defined.
  std::string tensor(const std::string& name, const at::Tensor& value);

  // What a child of that name makes of `x`.
  std::string call(const std::string& name, const Layer& child, const std::string& x);
  std::string call(const std::string& name, const torch::jit::Module& child, const std::string& x);

 private:
  friend torch::jit::Module write_script(const Layer& layer);
  friend class ScriptTree;

  std::string call(const std::string& name, const std::string& x);

  std::string statements_;
  int variables_ = 0;
  std::vector<std::pair<std::string, at::Tensor>> tensors_;
  std::vector<std::pair<std::string, const Layer*>> layers_;
  std::vector<std::pair<std::string, torch::jit::Module>> modules_;
};

// A number as TorchScript reads it back to the bit, with a point or an exponent.
std::string script_number(double value);

// "[1, 2]"
std::string script_list(const std::vector<std::int64_t>& numbers);

// A module with a forward(self, x: Tensor) -> Tensor that computes what `layer` does while it evaluates. Its
// tensors are copies.
torch::jit::Module write_script(const Layer& layer);

}  // namespace frag::models
