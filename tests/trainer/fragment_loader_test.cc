#include "trainer/fragment_loader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "libfrag/dataset/folder.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::error_of;
using frag::test::TempDir;

namespace {

constexpr std::int64_t kBatch = 8;

LoaderPlan plan_of(std::uint64_t count, const Augmentation& augment = {}) {
  return {.sample = {.count = count, .seed = 3},
          .epochs = 2,
          .batch = kBatch,
          .shape = {.edge = 16, .channels = 1},
          .augment = augment,
          .seed = 9};
}

Normaliser plain_normaliser() {
  ModelCard card;
  card.channels = 1;
  card.input = 16;
  card.mean = {0};
  card.deviation = {1};
  return Normaliser(card);
}

struct Loaded {
  std::vector<FragmentId> ids;
  std::vector<float> pixels;
  std::vector<std::size_t> sizes;  // of the batches
};

Loaded load_epoch(FragmentLoader& loader, std::int64_t epoch, std::int64_t step = 0) {
  loader.begin(epoch, step);
  Loaded all;
  while (const Batch* batch = loader.next()) {
    all.ids.insert(all.ids.end(), batch->ids.begin(), batch->ids.end());
    all.pixels.insert(all.pixels.end(), batch->pixels.begin(), batch->pixels.end());
    all.sizes.push_back(batch->size());
  }
  return all;
}

// The store's first tar, a byte of whose first source is another.
void damage_first_source(const std::filesystem::path& dataset) {
  std::fstream file(dataset / "store" / "00000.tar", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(512 + 100);
  file.put('\xee');
}

}  // namespace

TEST_CASE("a loader brings the fragments that the draw names, in its order") {
  const TempDir dir;
  const std::string dataset = test::small_dataset(dir).string();
  const auto access = open_access({dataset});
  const Normaliser normaliser = plain_normaliser();
  const LoaderPlan plan = plan_of(30);
  FragmentLoader loader(*access, normaliser, plan);
  const Loaded loaded = load_epoch(loader, 0);
  const auto again = open_access({dataset});
  FragmentSet set(plan.shape);
  again->read({.spec = plan.sample},
              [&](const Fragment& one) { set.add(one.pixels, one.class_number, one.source, one.id); });
  CHECK(loaded.sizes == std::vector<std::size_t>{8, 8, 8, 6});
  CHECK(loaded.ids == set.ids());
  std::vector<float> expected;
  for (std::size_t i = 0; i < set.size(); ++i)
    expected.insert(expected.end(), set.pixels(i), set.pixels(i) + set.stride());
  CHECK(loaded.pixels == expected);
}

TEST_CASE("an epoch that is begun at a step goes on as if it had been begun before") {
  const TempDir dir;
  const std::string dataset = test::small_dataset(dir).string();
  const auto access = open_access({dataset});
  const Normaliser normaliser = plain_normaliser();
  const LoaderPlan plan =
      plan_of(30, {.turns = true, .rotate = true, .light = 0.2, .blur = 1, .noise = 0.05});
  FragmentLoader whole(*access, normaliser, plan);
  load_epoch(whole, 0);
  const Loaded second = load_epoch(whole, 1);
  const auto other = open_access({dataset});
  FragmentLoader late(*other, normaliser, plan);
  const Loaded rest = load_epoch(late, 1, 2);
  CHECK(rest.sizes == std::vector<std::size_t>{8, 6});
  CHECK(rest.ids == std::vector<FragmentId>(second.ids.begin() + 16, second.ids.end()));
  CHECK(rest.pixels == std::vector<float>(second.pixels.begin() + 16 * 16 * 16, second.pixels.end()));
}

TEST_CASE("the outline of an epoch counts its classes") {
  const TempDir dir;
  const auto access = open_access({test::small_dataset(dir).string()});
  const Normaliser normaliser = plain_normaliser();
  FragmentLoader loader(*access, normaliser, plan_of(31));
  EpochOutline outline = loader.begin(0, 0);
  CHECK(outline.positions == 31);
  std::sort(outline.class_counts.begin(), outline.class_counts.end());
  CHECK(outline.class_counts == std::vector<std::uint64_t>{10, 10, 11});
}

TEST_CASE("a loader that nobody empties can be ended") {
  const TempDir dir;
  const auto access = open_access({test::small_dataset(dir).string()});
  const Normaliser normaliser = plain_normaliser();
  LoaderPlan plan = plan_of(60);
  plan.epochs = 1000;
  FragmentLoader loader(*access, normaliser, plan);
  loader.begin(0, 0);
  CHECK(loader.next()->size() == kBatch);
}

TEST_CASE("a draw that cannot be made comes out of begin") {
  const TempDir dir;
  const auto access = open_access({test::small_dataset(dir).string()});
  const Normaliser normaliser = plain_normaliser();
  FragmentLoader loader(*access, normaliser, plan_of(1'000'000));
  CHECK(error_of([&] { loader.begin(0, 0); }).code() == Errc::bad_input);
}

TEST_CASE("fragments of a damaged source are counted, named and left out") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  damage_first_source(dataset);
  const auto access = open_access({dataset.string()});
  const Normaliser normaliser = plain_normaliser();
  const LoaderPlan plan = plan_of(60);
  FragmentLoader loader(*access, normaliser, plan);
  const Loaded loaded = load_epoch(loader, 0);
  const LeftOut left_out = loader.left_out();
  CHECK(loaded.sizes.size() == 8);
  CHECK(loaded.ids.size() + left_out.fragments == 60);
  REQUIRE(left_out.fragments > 0);
  CHECK(left_out.reasons.front().find(access->catalog().sources()[0].name) != std::string::npos);
  CHECK(std::none_of(loaded.ids.begin(), loaded.ids.end(),
                     [&](FragmentId id) { return access->catalog().source_of(id) == 0; }));
}
