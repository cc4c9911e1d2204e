#include "trainer/sample_reader.h"

#include <catch2/catch.hpp>

#include "libfrag/sampling/sampler.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

ModelCard card_for(const Catalog& catalog) {
  ModelCard card;
  card.classes = catalog.classes();
  card.input = 16;
  return card;
}

}  // namespace

TEST_CASE("a local set is the lease's sample at the card's size, of the card's classes only") {
  const test::TempDir folder;
  const std::string place = test::small_dataset(folder).string();
  const auto access = open_access({place});
  ModelCard card = card_for(access->catalog());
  SampleReader reader({.mirrors = {place}, .data = "", .who = "w"});
  WantedSet wanted{.dataset = access->catalog().id(), .mirrors = {}, .sample = {}, .title = "round 2"};
  wanted.sample = {.split = "train", .count = 9, .seed = 4, .round = 2, .part = 1, .parts = 3};
  const FragmentSet set = reader.read(wanted, card);
  CHECK(set.size() == 9);
  CHECK(set.shape().edge == 16);
  const SampleList drawn = Sampler(access->catalog()).draw(wanted.sample);
  CHECK(set.ids().at(8) == drawn.at(8));
  card.classes = {"other", "classes"};
  CHECK(test::error_of([&] { reader.read(wanted, card); }).code() == Errc::bad_input);
}

TEST_CASE("a dataset of one's own is drawn from as a whole, up to all that there is, whatever its id") {
  const test::TempDir folder;
  const std::string place = test::small_dataset(folder).string();
  const auto access = open_access({place});
  const SampleSpec of_job{.split = "train",
                          .count = 1'000'000,
                          .seed = 4,
                          .round = 2,
                          .part = 1,
                          .parts = 3,
                          .policy = SamplePolicy::fixed_parts};
  const SampleSpec own = sample_of_own(of_job, access->catalog());
  CHECK(own.parts == 1);
  CHECK(own.part == 0);
  SampleSpec all = own;
  all.count.reset();
  CHECK(own.count == Sampler(access->catalog()).draw(all).size());
  SampleSpec few = of_job;
  few.count = 5;
  CHECK(sample_of_own(few, access->catalog()).count == 5u);

  SampleReader reader({.mirrors = {}, .data = place, .who = "w"});
  const WantedSet wanted{
      .dataset = std::string(64, 'f'), .mirrors = {"http://127.0.0.1:1"}, .sample = few, .title = "t"};
  CHECK(reader.read(wanted, card_for(access->catalog())).size() == 5);
  WantedSet of_job_itself = wanted;
  of_job_itself.dataset = access->catalog().id();
  CHECK(reader.read(of_job_itself, card_for(access->catalog())).ids().at(0) ==
        Sampler(access->catalog()).draw(few).at(0));
}
