#include "trainer/models/script.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>
#include <stdexcept>

#include "trainer/models/script_writer.h"

namespace frag::models {
namespace {

std::string first_line(const char* text) {
  std::string line;
  std::getline(std::istringstream(text), line);
  return line;
}

class Script : public Model {
 public:
  explicit Script(torch::jit::Module script) : script_(std::move(script)) {
    for (const auto& item : script_.named_parameters()) {
      owner_of(item.name).register_parameter(own_name(item.name), item.value, item.value.requires_grad());
    }
    for (const auto& item : script_.named_buffers()) {
      owner_of(item.name).register_buffer(own_name(item.name), item.value);
    }
  }

  // Python's networks may `view` their maps, which only works on rows one after the other. A copy, because
  // one channel lies so in either order, and contiguous() would leave strides that say channels-last.
  at::Tensor forward(const at::Tensor& x) override {
    const torch::jit::IValue output = script_.forward({x.clone(at::MemoryFormat::Contiguous)});
    if (!output.isTensor())
      throw std::invalid_argument("its output is not a tensor but a " + output.tagKind());
    return output.toTensor();
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    torch::jit::Module evaluating = script_.deepcopy();
    evaluating.eval();
    evaluating.to(at::kCPU);
    return body.call("module", evaluating, body.add("torch.contiguous(" + x + ")"));
  }

  void train(bool on) override {
    Model::train(on);
    script_.train(on);
  }

 private:
  static std::string own_name(const std::string& name) { return name.substr(name.rfind('.') + 1); }

  // LibTorch wants a module for every dot in a name.
  torch::nn::Module& owner_of(const std::string& name) {
    torch::nn::Module* owner = this;
    std::size_t from = 0;
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', from)) {
      const std::string child = name.substr(from, dot - from);
      const auto children = owner->named_children();
      const auto* found = children.find(child);
      owner = found != nullptr ? found->get()
                               : owner->register_module(child, std::make_shared<torch::nn::Module>()).get();
      from = dot + 1;
    }
    return *owner;
  }

  torch::jit::Module script_;
};

std::shared_ptr<Script> parse_script(const std::string& bytes) {
  std::istringstream stream(bytes);
  try {
    return std::make_shared<Script>(torch::jit::load(stream, at::kCPU));
  } catch (const std::exception&) {
    throw std::invalid_argument("not a TorchScript module, which torch.jit.save writes");
  }
}

void check_numbers(const Model& model) {
  if (model.parameters().empty()) {
    throw std::invalid_argument("it has no parameters to train; a frozen module keeps none");
  }
  const auto refuse = [](const std::string& name) {
    throw std::invalid_argument("\"" + name + "\" holds numbers of a type that weights files do not have");
  };
  for (const auto& item : model.named_parameters()) {
    if (item.value().scalar_type() != at::kFloat) refuse(item.key());
  }
  for (const auto& item : model.named_buffers()) {
    if (item.value().scalar_type() != at::kFloat && item.value().scalar_type() != at::kLong)
      refuse(item.key());
  }
}

void check_output(Model& model, const Shape& shape) {
  const c10::NoGradGuard no_grad;
  const at::Tensor input = at::zeros({2, shape.channels, shape.input, shape.input});
  std::ostringstream sizes;
  at::Tensor logits;
  model.eval();
  try {
    logits = model.forward(input);
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    sizes << input.sizes();
    throw std::invalid_argument("it fails on an input of " + sizes.str() + ": " + first_line(error.what()));
  }
  if (logits.dim() == 2 && logits.size(0) == 2 && logits.size(1) == shape.classes &&
      logits.scalar_type() == at::kFloat) {
    return;
  }
  sizes << logits.sizes() << " " << logits.dtype() << ", and [2, " << shape.classes << "] float is needed";
  throw std::invalid_argument("for 2 fragments of " + std::to_string(shape.classes) + " classes it gives " +
                              sizes.str());
}

}  // namespace

std::shared_ptr<Model> load_script(const std::string& bytes, const Shape& shape) {
  const std::shared_ptr<Script> script = parse_script(bytes);
  check_numbers(*script);
  check_output(*script, shape);
  return script;
}

}  // namespace frag::models
