#include "trainer/evaluator.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/measures/probabilities.h"
#include "trainer/metrics.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("a version is measured as the network's own predictions say") {
  const FragmentSet set = test::striped_set(30);
  Network network(test::striped_card(set), 5);
  const auto weights = rounds::parse_weights(network.weights());
  rounds::EvaluationLease lease;
  lease.round = 3;
  lease.weights = 7;
  lease.model = "small";
  const rounds::Measurement measured = measure_version(lease, weights, set);
  CHECK(measured.round == 3);
  CHECK(measured.weights == 7);
  CHECK(measured.fragments == 30);
  CHECK(measured.accuracy == accuracy_of(set.labels(), network.predict(set)));
  const auto probabilities = network.probabilities(set);
  CHECK(measured.loss == cross_entropy(Probabilities(probabilities, 3), set.labels()));
  lease.model = "tcnn3";
  CHECK(test::error_of([&] { measure_version(lease, weights, set); }).code() == Errc::bad_input);
}
