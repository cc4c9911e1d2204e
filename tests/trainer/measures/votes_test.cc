#include "trainer/measures/votes.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// Source 3: two fragments barely of class 1, one surely of class 0. Source 8: a single fragment.
const MeasuredSet kTwoSources{
    .classes = 2, .truth = {0, 1, 0, 0}, .sources = {3, 8, 3, 3}, .groups = {7, 5, 7, 7}};
const std::vector<float> kTwoSourcesRows{0.45f, 0.55f, 0.1f, 0.9f, 0.45f, 0.55f, 0.9f, 0.1f};

using Numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a source is of the class with the largest sum of its fragments' probabilities") {
  const SourceVotes votes = vote(kTwoSources, {kTwoSourcesRows, 2});
  CHECK(votes.truth == Numbers{0, 1});
  CHECK(votes.predicted == Numbers{0, 1});  // 1.8 to 1.2, though two of three fragments say class 1
  CHECK(votes.groups == Numbers{7, 5});
  CHECK(votes.of_several_classes == 0);
}

TEST_CASE("a vote by majority counts fragments, however sure they are") {
  const auto predicted = most_probable({kTwoSourcesRows, 2});
  const auto rows = one_hot(predicted, 2);
  CHECK(vote(kTwoSources, {rows, 2}).predicted == Numbers{1, 1});
}

TEST_CASE("a tie of votes goes to the lowest class") {
  const MeasuredSet set{.classes = 3, .truth = {2, 2}, .sources = {0, 0}, .groups = {0, 0}};
  const std::vector<float> rows{0.0f, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f};
  CHECK(vote(set, {rows, 3}).predicted == Numbers{1});
}

TEST_CASE("a source of several classes is of the one that most fragments have, the lowest of equals") {
  const MeasuredSet set{
      .classes = 3, .truth = {2, 1, 2, 1, 0}, .sources = {0, 0, 0, 1, 1}, .groups = {0, 0, 0, 0, 0}};
  const std::vector<float> rows(15, 1.0f / 3);
  const SourceVotes votes = vote(set, {rows, 3});
  CHECK(votes.truth == Numbers{2, 0});
  CHECK(votes.of_several_classes == 2);
}

TEST_CASE("votes of unequal lengths are a bug of the caller's") {
  MeasuredSet set = kTwoSources;
  set.groups.pop_back();
  CHECK(test::error_of([&] { vote(set, {kTwoSourcesRows, 2}); }).code() == Errc::internal);
  CHECK(test::error_of([&] { vote(kTwoSources, {kTwoSourcesRows, 4}); }).code() == Errc::internal);
}
