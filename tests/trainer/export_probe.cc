// What export_test.py asks: a network of a model as a TorchScript file, and what the network itself says.
//
//   export_probe MODEL CHANNELS EDGE STEPS FOLDER
//     a network drawn from a fixed seed and trained for so many steps, so that its statistics fit its maps:
//     FOLDER/model.pt, and FOLDER/said.safetensors with fragments of the network's size, larger ones and
//     smaller ones ("exact", "large", "small", [n, channels, h, w] as integers) and the logits of each
//     ("exact_logits", ...)
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/image/image.h"
#include "libfrag/rounds/safetensors.h"
#include "trainer/network.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;

namespace {

constexpr std::int64_t kFragments = 6;

// Waves of a random length, direction, brightness and depth, and a little noise.
Image random_image(std::int64_t width, std::int64_t height, std::int64_t channels, SplitMix64& stream) {
  const auto draw = [&stream](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(from + stream.below(to - from));
  };
  Image image(width, height, channels);
  for (std::int64_t c = 0; c < channels; ++c) {
    const double middle = draw(60, 190), depth = draw(5, 55), across = draw(5, 60), down = draw(5, 60);
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double wave = std::sin((across * static_cast<double>(x)) / static_cast<double>(width) +
                                     (down * static_cast<double>(y)) / static_cast<double>(height));
        image.row(y)[x * channels + c] = static_cast<std::uint8_t>(middle + depth * wave + draw(0, 8));
      }
    }
  }
  return image;
}

class Recorder {
 public:
  explicit Recorder(Network& network) : network_(network) {}

  void record(const std::string& name, std::int64_t width, std::int64_t height, SplitMix64& stream) {
    const std::int64_t channels = network_.card().channels;
    FragmentSet set(network_.input());
    std::vector<std::int64_t> pixels;
    for (std::int64_t i = 0; i < kFragments; ++i) {
      const Image image = random_image(width, height, channels, stream);
      set.add(image, 0, 0);
      for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t y = 0; y < height; ++y) {
          for (std::int64_t x = 0; x < width; ++x) pixels.push_back(image.row(y)[x * channels + c]);
        }
      }
    }
    const std::vector<float> logits = network_.logits(set);
    const auto classes = static_cast<std::int64_t>(network_.card().classes.size());
    add({.name = name,
         .dtype = rounds::DType::i64,
         .kind = rounds::TensorKind::counter,
         .shape = {kFragments, channels, height, width}},
        pixels.data());
    add({.name = name + "_logits", .shape = {kFragments, classes}}, logits.data());
  }

  std::string file() {
    std::vector<rounds::TensorInfo> infos;
    for (const Recorded& one : recorded_) infos.push_back(one.info);
    std::string file = rounds::make_header(infos, nullptr);
    for (const rounds::TensorInfo& info : infos) {
      for (const Recorded& one : recorded_) file += one.info.name == info.name ? one.bytes : "";
    }
    return file;
  }

 private:
  struct Recorded {
    rounds::TensorInfo info;
    std::string bytes;
  };

  template <class Number>
  void add(const rounds::TensorInfo& info, const Number* numbers) {
    recorded_.push_back(
        {info, std::string(reinterpret_cast<const char*>(numbers), info.elements() * sizeof(Number))});
  }

  Network& network_;
  std::vector<Recorded> recorded_;
};

Network trained_network(const std::string& model, InputShape shape, std::int64_t steps, SplitMix64& stream) {
  FragmentSet set(shape);
  for (std::uint32_t i = 0; i < 8; ++i)
    set.add(random_image(shape.edge, shape.edge, shape.channels, stream), i % 3, i);
  PixelStatistics statistics = pixel_statistics(set);
  if (model_info(model).subtracts_mean_only) statistics.deviation.assign(statistics.deviation.size(), 1.0);
  Network network(ModelCard{.model = model,
                            .classes = {"cells", "fibres \"long\"", "gr\xc3\xbcn"},
                            .channels = shape.channels,
                            .input = shape.edge,
                            .mean = statistics.mean,
                            .deviation = statistics.deviation},
                  7);
  Training training(network, {.batch = 8, .learning_rate = 1e-4, .epochs = steps});
  for (std::int64_t step = 0; step < steps; ++step) training.epoch(set, step);
  return network;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  try {
    set_compute_threads(1);
    const std::string folder = argv[5];
    SplitMix64 stream(5);
    const InputShape shape{.edge = std::stoll(argv[3]), .channels = std::stoll(argv[2])};
    Network network = trained_network(argv[1], shape, std::stoll(argv[4]), stream);
    Recorder recorder(network);
    recorder.record("exact", shape.edge, shape.edge, stream);
    recorder.record("large", shape.edge * 2 + 5, shape.edge * 4, stream);
    recorder.record("small", shape.edge - 3, shape.edge + 9, stream);
    write_file_atomic(folder + "/model.pt", network.torchscript());
    write_file_atomic(folder + "/said.safetensors", recorder.file());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "export_probe: %s\n", error.what());
    return 1;
  }
  return 0;
}
