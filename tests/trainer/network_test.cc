#include "trainer/training.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/measures/probabilities.h"

using namespace frag;
using namespace frag::trainer;
using frag::rounds::parse_weights;

namespace {

std::vector<float> numbers(const rounds::WeightsFile& file, const rounds::TensorInfo& info) {
  const std::string_view bytes = rounds::tensor_bytes(file, info);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// The same file with another card.
std::string with_card(const rounds::WeightsFile& file, const Json& card) {
  std::vector<rounds::TensorInfo> tensors = file.layout.tensors;
  std::string out = rounds::make_header(tensors, card);
  for (const auto& tensor : tensors) out += rounds::tensor_bytes(file, *file.layout.find(tensor.name));
  return out;
}

std::string weights_problem(const std::string& file) {
  const Error error = test::error_of([&] { Network(parse_weights(file), "w"); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("parameter counts equal those worked out by hand") {
  // (9 * 1 * 32 + 32) + (9 * 32 * 64 + 64) + (9 * 64 * 128 + 128) + (128 * 3 + 3)
  CHECK(parameter_count("small", 1, 3) == 320 + 18496 + 73856 + 387);
  CHECK(parameter_count("small", 3, 10) == 896 + 18496 + 73856 + 1290);
}

TEST_CASE("an unknown model is named, with those there are") {
  const Error error = test::error_of([] { model_info("resnet"); });
  CHECK(error.code() == Errc::usage);
  CHECK(std::string(error.what())
            .find("unknown model \"resnet\"; there are small, mlp, tcnn1, tcnn2, tcnn3, ") == 0);
}

TEST_CASE("weights survive a file, and predict the same") {
  const FragmentSet set = test::striped_set(12);
  Network network(test::striped_card(set), 5);
  const std::string file = network.weights();
  Network again(parse_weights(file), "w");
  CHECK(again.card() == network.card());
  CHECK(again.parameters() == 93059);
  CHECK(again.weights() == file);
  CHECK(again.predict(set) == network.predict(set));
  CHECK(Network(test::striped_card(set), 5).weights() == file);
  CHECK(Network(test::striped_card(set), 6).weights() != file);
}

TEST_CASE("probabilities are a softmax a fragment, and the largest is predicted") {
  const FragmentSet set = test::striped_set(70);  // more than a batch
  Network network(test::striped_card(set), 5);
  const std::vector<float> rows = network.probabilities(set);
  REQUIRE(rows.size() == 70 * 3);
  const Probabilities probabilities(rows, 3);
  CHECK(network.predict(set) == most_probable(probabilities));
  for (std::size_t i = 0; i < 70; ++i) {
    const auto row = probabilities.row(i);
    CHECK(row[0] + row[1] + row[2] == Approx(1.0));
    CHECK(*std::min_element(row.begin(), row.end()) > 0);
  }
}

TEST_CASE("a network that gives no numbers is refused") {
  const FragmentSet set = test::striped_set(3);
  ModelCard card = test::striped_card(set);
  card.mean[0] = std::numeric_limits<double>::quiet_NaN();
  Network network(card, 5);
  CHECK(test::error_of([&] { network.probabilities(set); }).code() == Errc::bad_input);
}

TEST_CASE("the start minus the change is the trained network") {
  const FragmentSet set = test::striped_set(12);
  const rounds::WeightsFile start = parse_weights(Network(test::striped_card(set), 5).weights());
  Network network(start, "start");
  Training(network, {.batch = 4}).epoch(set, 0);
  const rounds::WeightsFile trained = parse_weights(network.weights());
  const rounds::WeightsFile change = parse_weights(network.change_from(start));
  CHECK(rounds::layout_mismatch(change.layout, start.layout).empty());
  bool moved = false;
  for (const auto& info : start.layout.tensors) {
    const auto before = numbers(start, info);
    const auto after = numbers(trained, *trained.layout.find(info.name));
    const auto difference = numbers(change, *change.layout.find(info.name));
    for (std::size_t i = 0; i < before.size(); ++i) {
      moved = moved || difference[i] != 0;
      REQUIRE(before[i] - difference[i] == Approx(after[i]).margin(1e-7));
    }
  }
  CHECK(moved);
}

TEST_CASE("weights that do not fit their card are refused by name") {
  const FragmentSet set = test::striped_set(3);
  const rounds::WeightsFile file = parse_weights(Network(test::striped_card(set), 5).weights());
  const auto with = [&](const char* key, const Json& value) {
    Json card = file.layout.card;
    card[key] = value;
    return with_card(file, card);
  };
  CHECK(weights_problem(with("model", "other")) == "w: unknown model \"other\"");
  CHECK(weights_problem(with("model", "tcnn3")).find("too small for tcnn3, which needs 35 px") !=
        std::string::npos);
  CHECK(weights_problem(with("classes", {"a", "b"})).find("\"head.weight\" has shape [") !=
        std::string::npos);
  CHECK(weights_problem(with_card(file, Json())).find("model card") != std::string::npos);
  rounds::WeightsFile fewer = file;
  fewer.layout.tensors.pop_back();
  CHECK(weights_problem(with_card(fewer, file.layout.card)).find("is missing") != std::string::npos);
  rounds::WeightsFile halves = file;
  for (auto& tensor : halves.layout.tensors) {
    if (tensor.kind != rounds::TensorKind::parameter) continue;
    tensor.dtype = rounds::DType::f16;
    tensor.bytes /= 2;
  }
  CHECK(weights_problem(with_card(halves, file.layout.card)).find("is F16, and the model's is F32") !=
        std::string::npos);
}

TEST_CASE("T-CNN-3 runs at its smallest input") {
  const FragmentSet set = test::striped_set(4, 1, 35);
  ModelCard card = test::striped_card(set);
  card.model = "tcnn3";
  CHECK(Network(card, 1).predict(set).size() == 4);
}
