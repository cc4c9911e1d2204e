// A Network as a TorchScript file that needs nothing of ours to classify fragments.
#include <ATen/Functions.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <sstream>

#include "trainer/models/script_writer.h"
#include "trainer/network_impl.h"

namespace frag::trainer {
namespace {

// Types go by their numbers here: 7 is 64-bit floats, 6 is 32-bit ones. Pixels are normalised in 64 bits, as
// the table of batch.h is made.
//
// Other sizes than the network's are resized as fragments are for training (libfrag/image/resize.h): by area
// where neither edge grows, else bilinearly, and to whole levels.
constexpr char kClassifier[] = R"(
def shares(self, x: Tensor, count: int) -> Tensor:
  scale = float(count) / float(self.input_size)
  cells = torch.arange(count, dtype=7, device=x.device)
  begins = torch.unsqueeze(torch.mul(torch.arange(self.input_size, dtype=7, device=x.device), scale), 1)
  first = torch.maximum(begins, cells)
  last = torch.minimum(torch.add(begins, scale), torch.add(cells, 1.0))
  return torch.div(torch.clamp(torch.sub(last, first), 0.0), scale)

def resize(self, x: Tensor) -> Tensor:
  edge = self.input_size
  height = x.size(2)
  width = x.size(3)
  if height == edge and width == edge:
    y = x
  elif height >= edge and width >= edge:
    columns = torch.t(self.shares(x, width))
    y = torch.round(torch.matmul(torch.matmul(self.shares(x, height), x), columns))
  else:
    y = torch.round(torch.upsample_bilinear2d(x, [edge, edge], False))
  return y

def forward(self, x: Tensor) -> Tensor:
  assert x.dim() == 4 and x.size(1) == self.channels, "pixels of another shape than [n, channels, h, w]"
  pixels = self.resize(torch.to(x, 7))
  return self.network.forward(torch.to(torch.div(torch.sub(pixels, self.mean), self.deviation), 6))
)";

at::Tensor by_channel(const std::vector<double>& numbers) {
  at::Tensor tensor = at::empty({1, static_cast<std::int64_t>(numbers.size()), 1, 1}, at::kDouble);
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<double>());
  return tensor;
}

}  // namespace

std::string Network::torchscript() const {
  const ModelCard& card = impl_->card;
  torch::jit::Module classifier("__torch__.frag.Classifier");
  c10::List<std::string> classes;
  for (const std::string& name : card.classes) classes.push_back(name);
  classifier.register_attribute("classes", c10::ListType::ofStrings(), classes);
  classifier.register_attribute("input_size", c10::IntType::get(), card.input);
  classifier.register_attribute("channels", c10::IntType::get(), card.channels);
  classifier.register_attribute("card", c10::StringType::get(), to_json(card).dump());
  classifier.register_buffer("mean", by_channel(card.mean));
  classifier.register_buffer("deviation", by_channel(card.deviation));
  classifier.register_module("network", models::write_script(*impl_->model));
  classifier.define(kClassifier);
  classifier.eval();
  std::ostringstream file;
  classifier.save(file);
  return std::move(file).str();
}

}  // namespace frag::trainer
