#include "trainer/history.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

History validations(const std::vector<std::pair<double, double>>& accuracies_and_losses) {
  History history;
  for (const auto& [accuracy, loss] : accuracies_and_losses) {
    history.push_back(
        {.epoch = static_cast<std::int64_t>(history.size()) + 1, .val_loss = loss, .val_accuracy = accuracy});
  }
  return history;
}

}  // namespace

TEST_CASE("the best epoch has the highest accuracy, of equals the lowest loss, of equals the first") {
  const History history = validations({{0.5, 1.0}, {0.8, 0.9}, {0.8, 0.7}, {0.8, 0.7}, {0.7, 0.1}});
  CHECK(best_of(history, Watch::accuracy) == 2);
  CHECK(best_of(history, Watch::loss) == 4);
}

TEST_CASE("without a validation no epoch is best, and patience does not end") {
  const History history{{.epoch = 1}, {.epoch = 2}, {.epoch = 3}};
  CHECK_FALSE(best_of(history, Watch::accuracy));
  CHECK(reason_to_stop(history, Watch::accuracy, 1).empty());
}

TEST_CASE("patience counts the epochs since the best one") {
  History history = validations({{0.5, 1.0}, {0.8, 0.9}, {0.7, 0.8}});
  CHECK(reason_to_stop(history, Watch::accuracy, 2).empty());
  CHECK(reason_to_stop(history, Watch::accuracy, 1) ==
        "no better validation accuracy than 0.800 of epoch 2 in 1 epoch");
  history.push_back({.epoch = 4, .val_loss = 0.7, .val_accuracy = 0.8});
  CHECK(reason_to_stop(history, Watch::accuracy, 1).empty());
  CHECK(reason_to_stop(history, Watch::loss, 1).empty());
  CHECK(reason_to_stop(history, Watch::accuracy, 0).empty());
}

TEST_CASE("a history line survives JSON bit for bit") {
  const HistoryLine line{.epoch = 7,
                         .loss = 1.0 / 3,
                         .train_accuracy = 0.1,
                         .val_loss = 2e-7,
                         .val_accuracy = 0.7,
                         .learning_rate = 1e-5 / 3,
                         .images_per_second = 123.456,
                         .seconds = 0.001,
                         .ended = 1700000000.123456};
  CHECK(history_line_from_json(parse_json(to_json(line).dump(), "line"), "line") == line);
  CHECK(test::error_of([] { history_line_from_json(Json::object(), "line"); }).code() == Errc::bad_input);
}

TEST_CASE("history.csv leaves empty what was not measured") {
  CHECK(history_csv({{.epoch = 1,
                      .loss = 0.5,
                      .train_accuracy = 0.75,
                      .learning_rate = 0.02,
                      .images_per_second = 100,
                      .seconds = 2}}) ==
        "epoch,loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,left_out\n"
        "1,0.500000,0.750000,,,0.02,100.0,2.000,0\n");
}
