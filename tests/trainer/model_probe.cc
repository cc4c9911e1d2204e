// What models_test.py asks our networks, to hold the answers against torchvision's.
//
//   model_probe shapes MODEL CHANNELS CLASSES
//     JSON: every parameter and buffer with its shape, without a number computed
//   model_probe run MODEL CHANNELS CLASSES EDGE BATCH FILE
//     a network and an input drawn from a fixed seed, its logits while it evaluates and while it trains, the
//     gradients of cross entropy (labels 0, 1, 2, ... by turns), and the buffers after that, all without
//     dropout; the logits with dropout; as one safetensors file
#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "libfrag/rounds/safetensors.h"
#include "trainer/models/layers.h"
#include "trainer/models/model.h"

using namespace frag;
using namespace frag::models;

namespace {

struct Recorded {
  rounds::TensorInfo info;
  at::Tensor tensor;
};

class Record {
 public:
  void add(const std::string& name, const at::Tensor& tensor) {
    const bool counter = !tensor.is_floating_point();
    tensors_.push_back({{.name = name,
                         .dtype = counter ? rounds::DType::i64 : rounds::DType::f32,
                         .kind = counter ? rounds::TensorKind::counter : rounds::TensorKind::parameter,
                         .shape = tensor.sizes().vec()},
                        tensor.detach().contiguous()});
  }

  void add_buffers(const std::string& prefix, const Model& model) {
    for (const auto& item : model.named_buffers()) add(prefix + item.key(), item.value().clone());
  }

  void write(const std::string& path) const {
    std::vector<rounds::TensorInfo> infos;
    for (const Recorded& recorded : tensors_) infos.push_back(recorded.info);
    std::ofstream file(path, std::ios::binary);
    file << rounds::make_header(infos, nullptr);
    for (const rounds::TensorInfo& info : infos) {
      for (const auto& [own, tensor] : tensors_) {
        if (own.name != info.name) continue;
        file.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(info.bytes));
      }
    }
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
  }

 private:
  std::vector<Recorded> tensors_;
};

const Kind& kind_named(const std::string& name) {
  const Kind* kind = find_kind(name);
  if (kind == nullptr) throw std::runtime_error("no model " + name);
  return *kind;
}

void print_shapes(const Kind& kind, const Shape& shape) {
  const Paper paper;
  const auto model = kind.build(shape);
  Json json = Json::object();
  for (const auto& item : model->named_parameters()) json[item.key()] = item.value().sizes().vec();
  for (const auto& item : model->named_buffers()) json[item.key()] = item.value().sizes().vec();
  std::cout << json << "\n";
}

void turn_off_dropout(Model& model) {
  for (const auto& module : model.modules()) {
    if (module->name().find("Dropout") != std::string::npos) module->eval();
  }
}

void run(const Kind& kind, const Shape& shape, std::int64_t batch, const std::string& path) {
  at::set_num_threads(1);
  at::manual_seed(11);
  const auto model = kind.build(shape);
  const at::Tensor input = at::randn({batch, shape.channels, shape.input, shape.input});
  Record record;
  record.add("input", input);
  record.add_buffers("weights/", *model);
  model->eval();
  record.add("eval", model->forward(input));
  model->train();
  turn_off_dropout(*model);
  const at::Tensor logits = model->forward(input);
  const at::Tensor labels = at::arange(batch, at::kLong).remainder(shape.classes);
  at::Tensor loss = at::cross_entropy_loss(logits, labels);
  record.add("train", logits);
  if (const at::Tensor auxiliary = model->auxiliary_logits(); auxiliary.defined()) {
    record.add("auxiliary", auxiliary);
    loss = loss + kAuxiliaryWeight * at::cross_entropy_loss(auxiliary, labels);
  }
  loss.backward();
  for (const auto& item : model->named_parameters()) {
    record.add("weights/" + item.key(), item.value());
    record.add("gradients/" + item.key(), item.value().grad());
  }
  record.add_buffers("after/", *model);
  model->train();
  record.add("dropout", model->forward(input));
  record.write(path);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4 && words.size() != 7) return 2;
  Shape shape{.channels = std::stoll(words[2]), .classes = std::stoll(words[3])};
  try {
    if (words[0] == "shapes") {
      shape.input = kind_named(words[1]).defaults.input;
      print_shapes(kind_named(words[1]), shape);
    } else {
      shape.input = std::stoll(words[4]);
      run(kind_named(words[1]), shape, std::stoll(words[5]), words[6]);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "model_probe: %s\n", error.what());
    return 1;
  }
  return 0;
}
