#include "trainer/ahead_reader.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

struct AheadScene {
  test::TempDir folder;
  SampleReaderOptions options{.mirrors = {}, .data = test::small_dataset(folder).string(), .who = ""};
  WantedSet wanted{
      .dataset = {}, .mirrors = {}, .sample = {.split = "train", .count = 12}, .title = "round 1"};
  ModelCard card;

  AheadScene() {
    const auto access = open_access({options.data});
    wanted.dataset = access->catalog().id();
    card.classes = access->catalog().classes();
    card.input = 16;
  }
};

}  // namespace

TEST_CASE("what was read ahead is what would have been read, once") {
  AheadScene scene;
  AheadReader ahead(scene.options);
  CHECK_FALSE(ahead.take(scene.wanted, scene.card));
  ahead.begin(scene.wanted, scene.card);
  const auto set = ahead.take(scene.wanted, scene.card);
  REQUIRE(set);
  CHECK(set->ids() == SampleReader(scene.options).read(scene.wanted, scene.card).ids());
  CHECK_FALSE(ahead.take(scene.wanted, scene.card));
}

TEST_CASE("what was read ahead is dropped where something else is wanted") {
  AheadScene scene;
  AheadReader ahead(scene.options);
  ahead.begin(scene.wanted, scene.card);
  WantedSet other = scene.wanted;
  other.sample.round = 1;
  CHECK_FALSE(ahead.take(other, scene.card));
  CHECK_FALSE(ahead.take(scene.wanted, scene.card));
  ahead.begin(scene.wanted, scene.card);
  ModelCard larger = scene.card;
  larger.input = 32;
  CHECK_FALSE(ahead.take(scene.wanted, larger));
  ahead.begin(other, scene.card);
  ahead.begin(scene.wanted, scene.card);
  CHECK(ahead.take(scene.wanted, scene.card));
}

TEST_CASE("what cannot be read ahead is left to whoever wants it") {
  AheadScene scene;
  AheadReader ahead(scene.options);
  scene.wanted.sample.split = "nowhere";
  ahead.begin(scene.wanted, scene.card);
  CHECK_FALSE(ahead.take(scene.wanted, scene.card));
}

TEST_CASE("what was not begun, or not this, is read when it is wanted") {
  AheadScene scene;
  AheadReader reader(scene.options);
  const auto ids = SampleReader(scene.options).read(scene.wanted, scene.card).ids();
  CHECK(reader.read(scene.wanted, scene.card).ids() == ids);
  WantedSet other = scene.wanted;
  other.sample.round = 1;
  reader.begin(other, scene.card);
  CHECK(reader.read(scene.wanted, scene.card).ids() == ids);
  reader.begin(scene.wanted, scene.card);
  CHECK(reader.read(scene.wanted, scene.card).ids() == ids);
}

TEST_CASE("what is no longer wanted is not read") {
  AheadScene scene;
  AheadReader reader(scene.options);
  const auto cancelled = [] { return true; };
  CHECK(test::error_of([&] { reader.read(scene.wanted, scene.card, cancelled); }).code() ==
        Errc::interrupted);
}

TEST_CASE("a reader that is let go gives up what it reads") {
  AheadScene scene;
  scene.wanted.sample.count = 3;
  AheadReader ahead(scene.options);
  ahead.begin(scene.wanted, scene.card);
}
