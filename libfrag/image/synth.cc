#include "libfrag/image/synth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/permutation.h"
#include "libfrag/base/random.h"
#include "libfrag/image/mat.h"

namespace frag {
namespace {

constexpr double kPi = std::numbers::pi;

// The size of the structures in pixels: several to a fragment, and still visible when it is shrunk fourfold.
constexpr double kScale = 26;

cv::Mat white_noise(cv::Size size, SplitMix64& random) {
  cv::Mat noise(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    auto* row = noise.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) row[x] = static_cast<float>(random.uniform() * 2 - 1);
  }
  return noise;
}

// Noise whose features are about `pixels` wide, with unit variance: cheap at any width because it is made
// small.
cv::Mat smooth_noise(cv::Size size, double pixels, SplitMix64& random) {
  const double shrink = std::max(1.0, pixels / 4);
  const cv::Size small(static_cast<int>(size.width / shrink) + 8, static_cast<int>(size.height / shrink) + 8);
  cv::Mat noise = white_noise(small, random);
  cv::GaussianBlur(noise, noise, {}, pixels / shrink / 2);
  cv::Scalar mean, deviation;
  cv::meanStdDev(noise, mean, deviation);
  noise = (noise - mean[0]) / deviation[0];
  cv::Mat large;
  cv::resize(noise, large, size, 0, 0, cv::INTER_CUBIC);
  return large;
}

// Walls between the cells of a jittered grid of seeds: distance to the second nearest seed minus to the
// nearest.
cv::Mat cells(cv::Size size, SplitMix64& random) {
  const double pitch = kScale * 1.5;
  const int columns = static_cast<int>(size.width / pitch) + 3,
            rows = static_cast<int>(size.height / pitch) + 3;
  std::vector<cv::Point2f> seeds(static_cast<std::size_t>(columns * rows));
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < columns; ++i) {
      seeds[static_cast<std::size_t>(j * columns + i)] = {
          static_cast<float>((i - 1 + random.uniform()) * pitch),
          static_cast<float>((j - 1 + random.uniform()) * pitch)};
    }
  }
  cv::Mat field(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    const int j = static_cast<int>(y / pitch) + 1;
    for (int x = 0; x < size.width; ++x) {
      const int i = static_cast<int>(x / pitch) + 1;
      float nearest = 1e9f, second = 1e9f;
      for (int b = std::max(0, j - 1); b <= std::min(rows - 1, j + 1); ++b) {
        for (int a = std::max(0, i - 1); a <= std::min(columns - 1, i + 1); ++a) {
          const cv::Point2f seed = seeds[static_cast<std::size_t>(b * columns + a)];
          const float dx = seed.x - static_cast<float>(x), dy = seed.y - static_cast<float>(y);
          const float square = dx * dx + dy * dy;
          second = std::min(second, std::max(nearest, square));
          nearest = std::min(nearest, square);
        }
      }
      field.at<float>(y, x) = std::sqrt(second) - std::sqrt(nearest);
    }
  }
  return field;
}

// Noise averaged along a smoothly turning direction: line integral convolution (Cabral and Leedom, 1993), one
// step of it.
cv::Mat fibres(cv::Size size, SplitMix64& random) {
  const cv::Mat turn = smooth_noise(size, kScale * 12, random);
  const cv::Mat noise = smooth_noise(size, kScale / 4, random);
  const double heading = random.uniform() * kPi;
  constexpr int kReach = 36;  // pixels to either side
  cv::Mat field(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double angle = heading + turn.at<float>(y, x) * 0.7;
      const double dx = std::cos(angle), dy = std::sin(angle);
      float sum = 0;
      for (int step = -kReach; step <= kReach; step += 4) {
        const int i = std::clamp(static_cast<int>(x + dx * step), 0, size.width - 1);
        const int j = std::clamp(static_cast<int>(y + dy * step), 0, size.height - 1);
        sum += noise.at<float>(j, i);
      }
      field.at<float>(y, x) = sum;
    }
  }
  return field;
}

// Worm-like walls: where band-passed noise changes sign.
cv::Mat network(cv::Size size, SplitMix64& random) {
  const cv::Mat fine = smooth_noise(size, kScale / 2, random);
  return cv::abs(fine) * -1;
}

// Parallel sheets that bend: a wave whose phase is pushed about by smooth noise.
cv::Mat lamellae(cv::Size size, SplitMix64& random) {
  const cv::Mat push = smooth_noise(size, kScale * 5, random);
  const double heading = random.uniform() * kPi, wave = 2 * kPi / kScale;
  cv::Mat field(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double along = x * std::cos(heading) + y * std::sin(heading);
      field.at<float>(y, x) = static_cast<float>(std::sin(along * wave + push.at<float>(y, x) * 2.5));
    }
  }
  return field;
}

cv::Mat local_mean(const cv::Mat& field) {
  constexpr int kShrink = 8;
  cv::Mat small, smooth;
  cv::resize(field, small, {}, 1.0 / kShrink, 1.0 / kShrink, cv::INTER_AREA);
  cv::GaussianBlur(small, small, {}, kScale * 2 / kShrink, 0, cv::BORDER_REFLECT);
  cv::resize(small, smooth, field.size(), 0, 0, cv::INTER_LINEAR);
  return smooth;
}

// The value at each rank of a standard normal distribution, over `bins` ranks, by bisection on its
// distribution function.
std::vector<float> normal_ranks(int bins) {
  std::vector<float> values(static_cast<std::size_t>(bins));
  for (int i = 0; i < bins; ++i) {
    const double share = (i + 0.5) / bins;
    double low = -4, high = 4;
    for (int step = 0; step < 40; ++step) {
      const double middle = (low + high) / 2;
      (0.5 * (1 + std::erf(middle / std::numbers::sqrt2)) < share ? low : high) = middle;
    }
    values[static_cast<std::size_t>(i)] = static_cast<float>(low);
  }
  return values;
}

// Zero mean and unit variance in each neighbourhood, then one grey distribution for all structures.
cv::Mat equalised(const cv::Mat& field) {
  cv::Mat flat = field - local_mean(field);
  cv::Mat deviation;
  cv::sqrt(local_mean(flat.mul(flat)) + 1e-6, deviation);
  flat = flat / deviation;

  constexpr int kBins = 4096;
  constexpr float kRange = 5;
  const auto bin = [](float value) {
    return static_cast<std::size_t>(std::clamp((value + kRange) / (2 * kRange), 0.0f, 0.99999f) * kBins);
  };
  std::vector<std::uint64_t> below(kBins + 1, 0);
  for (int y = 0; y < flat.rows; ++y) {
    for (int x = 0; x < flat.cols; ++x) ++below[bin(flat.at<float>(y, x)) + 1];
  }
  for (std::size_t i = 1; i <= kBins; ++i) below[i] += below[i - 1];
  const std::vector<float> normal = normal_ranks(kBins);
  const auto total = static_cast<double>(below[kBins]);
  for (int y = 0; y < flat.rows; ++y) {
    for (int x = 0; x < flat.cols; ++x) {
      float& value = flat.at<float>(y, x);
      const std::size_t at = bin(value);
      const double rank = static_cast<double>(below[at] + below[at + 1]) / 2 / total;
      value = normal[std::min<std::size_t>(kBins - 1, static_cast<std::size_t>(rank * kBins))];
    }
  }
  return flat;
}

// One of per_class evenly spaced steps in [0, 1], each taken once a class.
double ladder(const SynthSpec& spec, const std::string& what) {
  const KeyedPermutation order(spec.per_class,
                               sha256_word("libfrag/synth/" + what + "/" + std::to_string(spec.seed) + "/" +
                                           std::to_string(spec.structure)));
  return (static_cast<double>(order(spec.index)) + 0.5) / spec.per_class;
}

Image lit(const cv::Mat& field, const SynthSpec& spec, SplitMix64& random) {
  const double gain = 0.7 + 0.6 * ladder(spec, "gain");
  const double heading = random.uniform() * 2 * kPi;
  const cv::Mat mottle = smooth_noise(field.size(), 700, random);
  Image picture(spec.width, spec.height, 1);
  for (int y = 0; y < field.rows; ++y) {
    for (int x = 0; x < field.cols; ++x) {
      const double u = 2.0 * x / field.cols - 1, v = 2.0 * y / field.rows - 1;
      const double slope = u * std::cos(heading) + v * std::sin(heading);
      const double light = gain * (1 + 0.28 * slope + 0.08 * mottle.at<float>(y, x));
      const double grain = (random.uniform() - 0.5) * 6;
      const double value = light * (118 + 26 * field.at<float>(y, x)) + grain;
      picture.row(y)[x] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  }
  return picture;
}

}  // namespace

const std::vector<std::string>& synth_classes() {
  static const std::vector<std::string> names = {"cells", "fibres", "network", "lamellae"};
  return names;
}

Image synthesise(const SynthSpec& spec) {
  using Structure = cv::Mat (*)(cv::Size, SplitMix64&);
  static constexpr std::array<Structure, 4> kStructures = {cells, fibres, network, lamellae};
  if (spec.structure >= kStructures.size()) throw Error(Errc::usage, "there are 4 structures to synthesise");
  if (spec.width < 128 || spec.height < 128 || spec.width > 32768 || spec.height > 32768) {
    throw Error(Errc::usage, "a synthetic micrograph has between 128 and 32768 pixels on an edge");
  }
  SplitMix64 random(sha256_word("libfrag/synth/" + std::to_string(spec.seed) + "/" +
                                std::to_string(spec.structure) + "/" + std::to_string(spec.index)));
  const cv::Size size(static_cast<int>(spec.width), static_cast<int>(spec.height));
  return lit(equalised(kStructures[spec.structure](size, random)), spec, random);
}

}  // namespace frag
