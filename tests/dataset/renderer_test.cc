#include "libfrag/dataset/renderer.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/base/random.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/image/render.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("a fragment by id is the tile of its source at its address") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  FragmentRenderer renderer(folder);
  SplitMix64 random(1);
  for (int i = 0; i < 50; ++i) {
    const FragmentId id = random.below(folder.catalog().fragments());
    const FragmentAddress at = folder.catalog().locate(id);
    const Image expected =
        render_tile(folder.decode_source(at.source), folder.catalog().angles()[at.tile.angle],
                    folder.catalog().tiling(at.source).frame(at.tile));
    REQUIRE(renderer.render(id).packed() == expected.packed());
  }
}

TEST_CASE("a cache too small for one source changes nothing but the time") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  FragmentRenderer roomy(folder), tight(folder, 1);
  for (FragmentId id = 0; id < folder.catalog().fragments(); id += 7) {
    REQUIRE(tight.render(id).packed() == roomy.render(id).packed());
  }
}

TEST_CASE("many threads render the same fragments as one") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  FragmentRenderer alone(folder), shared(folder, 40000);
  std::vector<std::string> expected;
  for (FragmentId id = 0; id < folder.catalog().fragments(); id += 5)
    expected.push_back(alone.render(id).packed());
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::size_t at = (i * (t + 1) + t) % expected.size();
        if (shared.render(at * 5).packed() != expected[at]) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
