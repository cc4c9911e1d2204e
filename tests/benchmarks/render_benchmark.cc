// One 256 px fragment at an arbitrary angle, and its PNG and JPEG: ours beside OpenCV's, one thread.
#include <benchmark/benchmark.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "libfrag/base/random.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/render.h"

namespace {

constexpr int kTile = 256;

frag::Image picture(std::int64_t channels) {
  frag::SplitMix64 random(1);
  frag::Image image(2272, 1704, channels);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width() * channels; ++x) {
      image.row(y)[x] = static_cast<std::uint8_t>(100 + (x / channels + y) % 64 +
                                                  static_cast<std::int64_t>(random.below(16)));
    }
  }
  return image;
}

cv::Mat mat_of(frag::Image& image) {
  return {static_cast<int>(image.height()), static_cast<int>(image.width()),
          CV_8UC(static_cast<int>(image.channels())), image.row(0), static_cast<std::size_t>(image.stride())};
}

frag::TileFrame middle() {
  return {-kTile / 2 * frag::kSubpixel, -kTile / 2 * frag::kSubpixel, kTile, kTile};
}

void render_ours(benchmark::State& state) {
  const frag::Image source = picture(state.range(0));
  const frag::Angle angle = frag::make_angle(33000);
  frag::Image tile(kTile, kTile, state.range(0));
  for (auto _ : state) {
    frag::render_tile(source, angle, middle(), tile);
    benchmark::DoNotOptimize(tile.row(0));
  }
}

void render_opencv(benchmark::State& state) {
  cv::setNumThreads(1);
  frag::Image source = picture(state.range(0));
  const cv::Mat in = mat_of(source);
  cv::Mat turn = cv::getRotationMatrix2D({1136, 852}, 33, 1), out;
  turn.at<double>(0, 2) += kTile / 2 - 1136;
  turn.at<double>(1, 2) += kTile / 2 - 852;
  for (auto _ : state) {
    cv::warpAffine(in, out, turn, {kTile, kTile}, cv::INTER_LINEAR);
    benchmark::DoNotOptimize(out.data);
  }
}

void encode_ours(benchmark::State& state, const char* format) {
  const frag::Image tile = frag::render_tile(picture(1), frag::make_angle(33000), middle());
  std::string file;
  for (auto _ : state) {
    file = format[1] == 'p' ? frag::encode_png(tile) : frag::encode_jpeg(tile);
    benchmark::DoNotOptimize(file.data());
  }
  state.counters["bytes"] = static_cast<double>(file.size());
}

void encode_opencv(benchmark::State& state, const char* format) {
  frag::Image tile = frag::render_tile(picture(1), frag::make_angle(33000), middle());
  std::vector<unsigned char> file;
  const std::vector<int> quality = {cv::IMWRITE_JPEG_QUALITY, 90};
  for (auto _ : state)
    cv::imencode(format, mat_of(tile), file, format[1] == 'p' ? std::vector<int>() : quality);
  state.counters["bytes"] = static_cast<double>(file.size());
}

}  // namespace

BENCHMARK(render_ours)->ArgName("channels")->Arg(1)->Arg(3)->Unit(benchmark::kMicrosecond);
BENCHMARK(render_opencv)->ArgName("channels")->Arg(1)->Arg(3)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_ours, png, ".png")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_opencv, png, ".png")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_ours, jpg, ".jpg")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode_opencv, jpg, ".jpg")->Unit(benchmark::kMicrosecond);
