#include "trainer/batch.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace frag;
using namespace frag::trainer;

namespace {

// 2x2 pixels: 10 20 / 30 40.
FragmentSet two_by_two() {
  Image image(2, 2, 1);
  image.row(0)[0] = 10, image.row(0)[1] = 20, image.row(1)[0] = 30, image.row(1)[1] = 40;
  FragmentSet set({.edge = 2, .channels = 1});
  set.add(image, 0, 0);
  return set;
}

ModelCard card_of(std::vector<double> mean, std::vector<double> deviation) {
  ModelCard card;
  card.channels = static_cast<std::int64_t>(mean.size());
  card.input = 2;
  card.mean = std::move(mean);
  card.deviation = std::move(deviation);
  return card;
}

std::vector<float> turned(std::uint8_t turn) {
  const Normaliser normaliser(card_of({0}, {1}));
  std::vector<float> out(4);
  normaliser.fill(two_by_two().pixels(0), 2, 2, turn, out.data());
  return out;
}

}  // namespace

TEST_CASE("turns and mirror images are exact") {
  CHECK(turned(0) == std::vector<float>{10, 20, 30, 40});
  CHECK(turned(kMirrorX) == std::vector<float>{20, 10, 40, 30});
  CHECK(turned(kMirrorY) == std::vector<float>{30, 40, 10, 20});
  CHECK(turned(kTranspose) == std::vector<float>{10, 30, 20, 40});
  CHECK(turned(kMirrorX | kMirrorY) == std::vector<float>{40, 30, 20, 10});
  std::set<std::vector<float>> all;
  for (std::uint8_t turn = 0; turn < 8; ++turn) all.insert(turned(turn));
  CHECK(all.size() == 8);
}

TEST_CASE("pixels are normalised channel by channel, interleaved as they lie") {
  Image image(2, 2, 3);
  for (std::int64_t y = 0; y < 2; ++y) {
    for (std::int64_t i = 0; i < 6; ++i) image.row(y)[i] = static_cast<std::uint8_t>(10 * (i % 3) + 100);
  }
  FragmentSet set({.edge = 2, .channels = 3});
  set.add(image, 0, 0);
  std::vector<float> out(12);
  Normaliser(card_of({100, 100, 100}, {1, 2, 4})).fill(set, std::vector<std::uint32_t>{0}, out.data());
  for (std::size_t i = 0; i < 12; i += 3) {
    CHECK(out[i] == 0.0f);
    CHECK(out[i + 1] == 5.0f);
    CHECK(out[i + 2] == 5.0f);
  }
}

TEST_CASE("an order is a permutation that its seed alone decides") {
  auto order = shuffled_order(100, 7);
  CHECK(order == shuffled_order(100, 7));
  CHECK(order != shuffled_order(100, 8));
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 100; ++i) CHECK(order[i] == i);
  CHECK(shuffled_order(0, 1).empty());
}
