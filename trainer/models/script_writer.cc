#include "trainer/models/script_writer.h"

#include <ATen/Functions.h>

#include <charconv>
#include <memory>

namespace frag::models {

std::string ScriptBody::add(const std::string& expression) {
  std::string name = "y";
  name += std::to_string(variables_++);
  statements_ += "  " + name + " = " + expression + "\n";
  return name;
}

std::string ScriptBody::tensor(const std::string& name, const at::Tensor& value) {
  if (!value.defined()) return "None";
  tensors_.emplace_back(name, value);
  return "self." + name;
}

std::string ScriptBody::call(const std::string& name, const Layer& child, const std::string& x) {
  layers_.emplace_back(name, &child);
  return call(name, x);
}

std::string ScriptBody::call(const std::string& name, const torch::jit::Module& child, const std::string& x) {
  modules_.emplace_back(name, child);
  return call(name, x);
}

// Children may be called "0", which only getattr takes.
std::string ScriptBody::call(const std::string& name, const std::string& x) {
  return add("getattr(self, \"" + name + "\").forward(" + x + ")");
}

// Modules whose types live in one compilation unit, as a saved file wants them.
class ScriptTree {
 public:
  torch::jit::Module write(const Layer& layer) {
    ScriptBody body;
    const std::string result = layer.script(body, "x");
    torch::jit::Module module("__torch__.frag.Layer", unit_, true);
    for (const auto& [name, tensor] : body.tensors_) {
      module.register_buffer(name, tensor.detach().cpu().clone(at::MemoryFormat::Contiguous));
    }
    for (const auto& [name, child] : body.layers_) module.register_module(name, write(*child));
    for (const auto& [name, child] : body.modules_) module.register_module(name, child);
    module.define("def forward(self, x: Tensor) -> Tensor:\n" + body.statements_ + "  return " + result +
                  "\n");
    return module;
  }

 private:
  std::shared_ptr<torch::jit::CompilationUnit> unit_ = std::make_shared<torch::jit::CompilationUnit>();
};

std::string script_number(double value) {
  char digits[32];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string script_list(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

torch::jit::Module write_script(const Layer& layer) {
  return ScriptTree().write(layer);
}

}  // namespace frag::models
