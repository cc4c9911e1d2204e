#include "trainer/models/layers.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <torch/nn/functional/normalization.h>

#include <utility>

#include "trainer/models/script_writer.h"

namespace frag::models {
namespace {

thread_local bool t_on_paper = false;

at::TensorOptions weight_options() {
  return at::TensorOptions().dtype(at::kFloat).device(t_on_paper ? at::kMeta : at::kCPU);
}

// A tensor of `x`'s kind with maps of other extents.
at::Tensor maps_like(const at::Tensor& x, std::int64_t channels, std::int64_t rows, std::int64_t columns) {
  TORCH_CHECK(rows > 0 && columns > 0, "the input is too small for this network");
  return at::empty({x.size(0), channels, rows, columns}, x.options());
}

std::int64_t places(std::int64_t edge, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  const std::int64_t room = edge + 2 * padding - kernel;
  return room < 0 ? 0 : room / stride + 1;
}

class Convolution : public Weighted {
 public:
  Convolution(std::int64_t in, std::int64_t out, const ConvOptions& options) : options_(options) {
    make({out, in / options.groups, options.kernel.rows, options.kernel.columns}, options.bias);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto& [kernel, stride, padding, groups, with_bias] = options_;
    if (!x.is_meta()) {
      return at::conv2d(x, weight, bias, stride, {padding.rows, padding.columns}, 1, groups);
    }
    const std::int64_t rows = places(x.size(2), kernel.rows, stride, padding.rows);
    const std::int64_t columns = places(x.size(3), kernel.columns, stride, padding.columns);
    note(rows * columns);
    return maps_like(x, weight.size(0), rows, columns);
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    const auto& [kernel, stride, padding, groups, with_bias] = options_;
    return body.add("torch.conv2d(" + x + ", " + body.tensor("weight", weight) + ", " +
                    body.tensor("bias", bias) + ", " + script_list({stride, stride}) + ", " +
                    script_list({padding.rows, padding.columns}) + ", [1, 1], " + std::to_string(groups) +
                    ")");
  }

 private:
  ConvOptions options_;
};

class Linear : public Weighted {
 public:
  Linear(std::int64_t in, std::int64_t out) { make({out, in}, true); }

  at::Tensor forward(const at::Tensor& x) override {
    if (!x.is_meta()) return at::linear(x, weight, bias);
    TORCH_CHECK(x.size(1) == weight.size(1), "a linear layer of ", weight.size(1), " numbers was given ",
                x.size(1));
    note(1);
    return at::empty({x.size(0), weight.size(0)}, x.options());
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.linear(" + x + ", " + body.tensor("weight", weight) + ", " +
                    body.tensor("bias", bias) + ")");
  }
};

class BatchNorm : public Layer {
 public:
  BatchNorm(std::int64_t channels, const NormOptions& options)
      : options_(options),
        weight_(register_parameter("weight", at::ones(channels, weight_options()))),
        bias_(register_parameter("bias", at::zeros(channels, weight_options()))),
        mean_(register_buffer("running_mean", at::zeros(channels, weight_options()))),
        variance_(register_buffer("running_var", at::ones(channels, weight_options()))),
        batches_(register_buffer("num_batches_tracked", at::zeros({}, at::kLong))) {}

  at::Tensor forward(const at::Tensor& x) override {
    if (x.is_meta()) return x;
    const bool by_batch = is_training() && x.numel() > x.size(1);
    if (by_batch) batches_.add_(1);
    return at::batch_norm(x, weight_, bias_, mean_, variance_, by_batch, options_.momentum, options_.epsilon,
                          at::globalContext().userEnabledCuDNN());
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.batch_norm(" + x + ", " + body.tensor("weight", weight_) + ", " +
                    body.tensor("bias", bias_) + ", " + body.tensor("running_mean", mean_) + ", " +
                    body.tensor("running_var", variance_) + ", False, " + script_number(options_.momentum) +
                    ", " + script_number(options_.epsilon) + ", True)");
  }

 private:
  NormOptions options_;
  at::Tensor weight_;
  at::Tensor bias_;
  at::Tensor mean_;
  at::Tensor variance_;
  at::Tensor batches_;
};

// A function that keeps the shape and has no numbers of its own; `name` is LibTorch's.
class Mapping : public Layer {
 public:
  using Function = at::Tensor (*)(const at::Tensor& x);
  Mapping(Function function, const char* name) : function_(function), name_(name) {}
  at::Tensor forward(const at::Tensor& x) override { return x.is_meta() ? x : function_(x); }
  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add(std::string("torch.") + name_ + "(" + x + ")");
  }

 private:
  Function function_;
  const char* name_;
};

class Dropout : public Layer {
 public:
  explicit Dropout(double probability) : probability_(probability) {}
  at::Tensor forward(const at::Tensor& x) override {
    return x.is_meta() ? x : at::dropout(x, probability_, is_training());
  }
  std::string script(ScriptBody&, const std::string& x) const override { return x; }

 private:
  double probability_;
};

enum class Pooling { largest, mean };

class Pool : public Layer {
 public:
  Pool(Pooling pooling, std::int64_t kernel, std::int64_t stride, std::int64_t padding)
      : pooling_(pooling), kernel_(kernel), stride_(stride), padding_(padding) {}

  at::Tensor forward(const at::Tensor& x) override {
    if (x.is_meta()) {
      return maps_like(x, x.size(1), places(x.size(2), kernel_, stride_, padding_),
                       places(x.size(3), kernel_, stride_, padding_));
    }
    return pooling_ == Pooling::largest ? at::max_pool2d(x, kernel_, stride_, padding_)
                                        : at::avg_pool2d(x, kernel_, stride_, padding_);
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    const std::string places = x + ", " + script_list({kernel_, kernel_}) + ", " +
                               script_list({stride_, stride_}) + ", " + script_list({padding_, padding_});
    return body.add(pooling_ == Pooling::largest ? "torch.max_pool2d(" + places + ")"
                                                 : "torch.avg_pool2d(" + places + ")");
  }

 private:
  Pooling pooling_;
  std::int64_t kernel_;
  std::int64_t stride_;
  std::int64_t padding_;
};

class AdaptivePool : public Layer {
 public:
  explicit AdaptivePool(std::int64_t edge) : edge_(edge) {}
  at::Tensor forward(const at::Tensor& x) override {
    return x.is_meta() ? maps_like(x, x.size(1), edge_, edge_) : at::adaptive_avg_pool2d(x, {edge_, edge_});
  }
  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.adaptive_avg_pool2d(" + x + ", " + script_list({edge_, edge_}) + ")");
  }

 private:
  std::int64_t edge_;
};

class MapMeans : public Layer {
 public:
  at::Tensor forward(const at::Tensor& x) override {
    return x.is_meta() ? at::empty({x.size(0), x.size(1)}, x.options()) : x.mean({2, 3});
  }
  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.mean(" + x + ", [2, 3])");
  }
};

class Flatten : public Layer {
 public:
  at::Tensor forward(const at::Tensor& x) override { return x.flatten(1); }
  std::string script(ScriptBody& body, const std::string& x) const override {
    return body.add("torch.flatten(" + x + ", 1)");
  }
};

class ResponseNorm : public Layer {
 public:
  ResponseNorm(std::int64_t size, double alpha, double beta)
      : options_(torch::nn::functional::LocalResponseNormFuncOptions(size).alpha(alpha).beta(beta)) {}
  at::Tensor forward(const at::Tensor& x) override {
    return x.is_meta() ? x : torch::nn::functional::local_response_norm(x, options_);
  }

  // TorchScript has no operator for it: means over neighbouring maps are those of a pool in three dimensions.
  std::string script(ScriptBody& body, const std::string& x) const override {
    const std::int64_t size = options_.size();
    const std::string squares = body.add("torch.unsqueeze(torch.mul(" + x + ", " + x + "), 1)");
    const std::string padded = body.add("torch.constant_pad_nd(" + squares + ", " +
                                        script_list({0, 0, 0, 0, size / 2, (size - 1) / 2}) + ", 0)");
    const std::string means = body.add("torch.squeeze(torch.avg_pool3d(" + padded + ", " +
                                       script_list({size, 1, 1}) + ", [1, 1, 1]), 1)");
    return body.add("torch.div(" + x + ", torch.pow(torch.add(torch.mul(" + means + ", " +
                    script_number(options_.alpha()) + "), " + script_number(options_.k()) + "), " +
                    script_number(options_.beta()) + "))");
  }

 private:
  torch::nn::functional::LocalResponseNormFuncOptions options_;
};

class Residual : public Chain {
 public:
  Residual(const std::vector<Named>& body, LayerPtr shortcut, LayerPtr after)
      : Chain(body), shortcut_(std::move(shortcut)), after_(std::move(after)) {
    if (shortcut_) register_module("downsample", shortcut_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const at::Tensor sum = Chain::forward(x) + (shortcut_ ? shortcut_->forward(x) : x);
    return after_ ? after_->forward(sum) : sum;
  }

  std::string script(ScriptBody& body, const std::string& x) const override {
    const std::string beside = shortcut_ ? body.call("downsample", *shortcut_, x) : x;
    const std::string sum = body.add("torch.add(" + Chain::script(body, x) + ", " + beside + ")");
    return after_ ? after_->script(body, sum) : sum;
  }

 private:
  LayerPtr shortcut_;
  LayerPtr after_;
};

}  // namespace

Paper::Paper() : before_(std::exchange(t_on_paper, true)) {}

Paper::~Paper() {
  t_on_paper = before_;
}

void Weighted::make(at::IntArrayRef shape, bool with_bias) {
  weight = register_parameter("weight", at::empty(shape, weight_options()));
  if (with_bias) bias = register_parameter("bias", at::empty(shape[0], weight_options()));
}

std::shared_ptr<Weighted> conv(std::int64_t in, std::int64_t out, const ConvOptions& options) {
  return std::make_shared<Convolution>(in, out, options);
}

std::shared_ptr<Weighted> linear(std::int64_t in, std::int64_t out) {
  return std::make_shared<Linear>(in, out);
}

LayerPtr batch_norm(std::int64_t channels, const NormOptions& options) {
  return std::make_shared<BatchNorm>(channels, options);
}

LayerPtr relu() {
  return std::make_shared<Mapping>([](const at::Tensor& x) { return at::relu(x); }, "relu");
}

LayerPtr hard_swish() {
  return std::make_shared<Mapping>([](const at::Tensor& x) { return at::hardswish(x); }, "hardswish");
}

LayerPtr hard_sigmoid() {
  return std::make_shared<Mapping>([](const at::Tensor& x) { return at::hardsigmoid(x); }, "hardsigmoid");
}

LayerPtr dropout(double probability) {
  return std::make_shared<Dropout>(probability);
}

LayerPtr max_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return std::make_shared<Pool>(Pooling::largest, kernel, stride, padding);
}

LayerPtr average_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return std::make_shared<Pool>(Pooling::mean, kernel, stride, padding);
}

LayerPtr adaptive_average_pool(std::int64_t edge) {
  return std::make_shared<AdaptivePool>(edge);
}

LayerPtr map_means() {
  return std::make_shared<MapMeans>();
}

LayerPtr flatten() {
  return std::make_shared<Flatten>();
}

LayerPtr response_norm(std::int64_t size, double alpha, double beta) {
  return std::make_shared<ResponseNorm>(size, alpha, beta);
}

Chain::Chain(const std::vector<Named>& layers) {
  for (const auto& [name, layer] : layers) {
    layers_.emplace_back(name.empty() ? std::to_string(layers_.size()) : name, layer);
    register_module(layers_.back().name, layer);
  }
}

at::Tensor Chain::forward(const at::Tensor& x) {
  at::Tensor y = x;
  for (const Named& step : layers_) y = step.layer->forward(y);
  return y;
}

std::string Chain::script(ScriptBody& body, const std::string& x) const {
  std::string y = x;
  for (const Named& step : layers_) y = body.call(step.name, *step.layer, y);
  return y;
}

std::shared_ptr<Chain> chain(const std::vector<Named>& layers) {
  return std::make_shared<Chain>(layers);
}

LayerPtr residual(const std::vector<Named>& body, LayerPtr shortcut, LayerPtr after) {
  return std::make_shared<Residual>(body, std::move(shortcut), std::move(after));
}

}  // namespace frag::models
