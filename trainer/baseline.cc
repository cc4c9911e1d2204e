#include "trainer/baseline.h"

#include <cmath>
#include <limits>

namespace frag::trainer {
namespace {

struct Scale {
  std::vector<double> mean;
  std::vector<double> factor;  // 1 / deviation, 0 where that is 0
};

Scale scale_of(std::span<const float> features, std::size_t width) {
  const std::size_t rows = features.size() / width;
  Scale scale{std::vector<double>(width, 0), std::vector<double>(width, 0)};
  for (std::size_t c = 0; c < width; ++c) {
    for (std::size_t r = 0; r < rows; ++r) scale.mean[c] += static_cast<double>(features[r * width + c]);
    scale.mean[c] /= static_cast<double>(rows);
    double squares = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const double difference = static_cast<double>(features[r * width + c]) - scale.mean[c];
      squares += difference * difference;
    }
    const double deviation = std::sqrt(squares / static_cast<double>(rows));
    scale.factor[c] = deviation > 0 ? 1.0 / deviation : 0.0;
  }
  return scale;
}

std::vector<double> scaled(std::span<const float> features, const Scale& scale) {
  const std::size_t width = scale.mean.size();
  std::vector<double> out(features.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = (static_cast<double>(features[i]) - scale.mean[i % width]) * scale.factor[i % width];
  }
  return out;
}

std::size_t nearest(const std::vector<double>& rows, const double* point, std::size_t width) {
  std::size_t best = 0;
  double best_distance = std::numeric_limits<double>::infinity();
  for (std::size_t r = 0; r * width < rows.size(); ++r) {
    double distance = 0;
    for (std::size_t c = 0; c < width; ++c) {
      const double difference = rows[r * width + c] - point[c];
      distance += difference * difference;
    }
    if (distance < best_distance) {
      best_distance = distance;
      best = r;
    }
  }
  return best;
}

}  // namespace

std::vector<std::uint32_t> nearest_neighbours(std::span<const float> train,
                                              std::span<const std::uint32_t> labels,
                                              std::span<const float> test, std::size_t width) {
  if (labels.empty() || train.size() != labels.size() * width) {
    throw Error(Errc::internal, "the baseline needs training fragments");
  }
  const Scale scale = scale_of(train, width);
  const std::vector<double> rows = scaled(train, scale);
  const std::vector<double> points = scaled(test, scale);
  std::vector<std::uint32_t> predicted;
  for (std::size_t i = 0; i < points.size(); i += width) {
    predicted.push_back(labels[nearest(rows, points.data() + i, width)]);
  }
  return predicted;
}

std::vector<std::uint32_t> predict_baseline(const FragmentSet& train, const FragmentSet& test) {
  const auto width = static_cast<std::size_t>(2 * test.shape().channels);
  return nearest_neighbours(train.moments(), train.labels(), test.moments(), width);
}

}  // namespace frag::trainer
