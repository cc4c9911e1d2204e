#include "trainer/evaluator.h"

#include <catch2/catch.hpp>

#include "libfrag/rounds/result_writer.h"
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

TEST_CASE("a version that gives no numbers is measured as right about nothing") {
  const FragmentSet set = test::striped_set(6);
  const auto drawn = rounds::parse_weights(Network(test::striped_card(set), 5).weights());
  const auto parameters = rounds::parameters_of(drawn.layout);
  const std::vector<float> huge(rounds::floats_of(drawn, parameters).size(), 3e38f);
  rounds::EvaluationLease lease;
  lease.model = "small";
  const rounds::Measurement measured =
      measure_version(lease, rounds::with_floats(drawn, parameters, huge), set);
  CHECK(measured.accuracy == 0);
  CHECK(measured.fragments == 6);
  CHECK(rounds::measurement_from_json(rounds::to_json(measured)) == measured);
}
