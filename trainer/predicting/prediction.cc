#include "trainer/predicting/prediction.h"

#include <algorithm>
#include <span>

#include "libfrag/dataset/renderer.h"
#include "trainer/measures/probabilities.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kFragmentsAtOnce = 256;

FragmentSet render_tiles(const Picture& picture, std::span<const std::uint64_t> tiles, InputShape shape) {
  FragmentSet set(shape);
  for (const std::uint64_t number : tiles) {
    const TileAddress tile = picture.tiling.locate(number);
    set.add(
        FragmentRenderer::render(*picture.pixels, {picture.angles[tile.angle], picture.tiling.frame(tile)}),
        0, 0);
  }
  return set;
}

// Means and votes of what is there by fragment.
void sum_up(PicturePrediction& prediction, std::size_t classes) {
  const Probabilities rows(prediction.probabilities, classes);
  prediction.called = most_probable(rows);
  prediction.mean.assign(classes, 0.0);
  prediction.votes.assign(classes, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t c = 0; c < classes; ++c) prediction.mean[c] += rows.row(i)[c];
    ++prediction.votes[prediction.called[i]];
  }
  for (double& mean : prediction.mean) mean /= static_cast<double>(rows.size());
  const auto largest = std::max_element(prediction.mean.begin(), prediction.mean.end());
  prediction.class_number = static_cast<std::uint32_t>(largest - prediction.mean.begin());
}

}  // namespace

PicturePrediction classify(Network& network, const Picture& picture,
                           const std::function<void(std::uint64_t fragments)>& done) {
  PicturePrediction prediction;
  prediction.name = picture.name;
  const std::span<const std::uint64_t> tiles = picture.tiles;
  for (std::size_t from = 0; from < tiles.size(); from += kFragmentsAtOnce) {
    const auto some = tiles.subspan(from, std::min(kFragmentsAtOnce, tiles.size() - from));
    const std::vector<float> rows = network.probabilities(render_tiles(picture, some, network.input()));
    prediction.probabilities.insert(prediction.probabilities.end(), rows.begin(), rows.end());
    done(some.size());
  }
  sum_up(prediction, network.card().classes.size());
  return prediction;
}

}  // namespace frag::trainer
