// The layers that networks are tables of. Parameters have the names that PyTorch's own layers give them
// (weight, bias, running_mean, running_var, num_batches_tracked), so that published weights fit.
//
// Weights of convolutions and linear layers are not drawn when a layer is made: each family says how
// (initial.h). While a Paper lives, layers are made without numbers, and forward() takes and gives meta
// tensors: shapes only. So a network of 138 million parameters is counted in no time and no memory.
//
// Layers on real tensors may be used by one thread at a time; a Paper concerns its own thread only.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "trainer/models/layer.h"

namespace frag::models {

using LayerPtr = std::shared_ptr<Layer>;

class Paper {
 public:
  Paper();
  ~Paper();
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

 private:
  bool before_;
};

// A convolution or a linear layer: weight [out, in / groups, ...] and, where there is one, bias [out].
class Weighted : public Layer {
 public:
  at::Tensor weight;
  at::Tensor bias;  // undefined where there is none

  // Numbers that go into one output, and outputs that one number goes to (as PyTorch counts: groups aside).
  std::int64_t fan_in() const { return weight.numel() / weight.size(0); }
  std::int64_t fan_out() const { return weight.numel() / weight.size(1); }
  bool is_linear() const { return weight.dim() == 2; }
  std::int64_t operations() const override { return operations_; }

 protected:
  void make(at::IntArrayRef shape, bool with_bias);
  // Notes a pass on paper that computes `positions` places of every map.
  void note(std::int64_t positions) { operations_ = weight.numel() * positions; }

 private:
  std::int64_t operations_ = 0;
};

// Rows and columns; one number means both.
struct Extent {
  std::int64_t rows;
  std::int64_t columns;
  constexpr Extent(std::int64_t both) : rows(both), columns(both) {}
  constexpr Extent(std::int64_t rows_in, std::int64_t columns_in) : rows(rows_in), columns(columns_in) {}
};

struct ConvOptions {
  Extent kernel = 3;
  std::int64_t stride = 1;
  Extent padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
};

struct NormOptions {
  double epsilon = 1e-5;
  double momentum = 0.1;  // the share of the new batch in the running statistics
};

std::shared_ptr<Weighted> conv(std::int64_t in, std::int64_t out, const ConvOptions& options);
std::shared_ptr<Weighted> linear(std::int64_t in, std::int64_t out);

// Batch norm. A batch that holds a single number a channel has no variance: the running statistics, left as
// they are, stand in for its own.
LayerPtr batch_norm(std::int64_t channels, const NormOptions& options = {});

LayerPtr relu();
LayerPtr hard_swish();
LayerPtr hard_sigmoid();
LayerPtr dropout(double probability);
LayerPtr max_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0);
LayerPtr average_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0);
LayerPtr adaptive_average_pool(std::int64_t edge);  // [N, C, H, W] -> [N, C, edge, edge]
LayerPtr map_means();                               // [N, C, H, W] -> [N, C]
LayerPtr flatten();                                 // [N, ...] -> [N, the product]
// Krizhevsky et al. 2012, across maps: x / (1 + alpha * mean of squares over `size` maps) ^ beta.
LayerPtr response_norm(std::int64_t size, double alpha, double beta);

// A layer under its name in the layer that holds it; one without a name is called by its place ("0", "1",
// ...).
struct Named {
  std::string name;
  LayerPtr layer;
  template <class L>
  Named(std::shared_ptr<L> unnamed) : layer(std::move(unnamed)) {}
  Named(std::string name_in, LayerPtr layer_in) : name(std::move(name_in)), layer(std::move(layer_in)) {}
};

// Layers one after the other.
class Chain : public Model {
 public:
  explicit Chain(const std::vector<Named>& layers);
  at::Tensor forward(const at::Tensor& x) override;
  std::string script(ScriptBody& body, const std::string& x) const override;

 private:
  std::vector<Named> layers_;  // each with a name
};

std::shared_ptr<Chain> chain(const std::vector<Named>& layers);

// body(x) + x, or + shortcut(x) where there is one (its name is "downsample"); then `after`, where given.
LayerPtr residual(const std::vector<Named>& body, LayerPtr shortcut = nullptr, LayerPtr after = nullptr);

}  // namespace frag::models
