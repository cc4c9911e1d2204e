#include "trainer/sweeping/sweep_record.h"

#include <algorithm>

#include "trainer/measures/spread.h"

namespace frag::trainer {
namespace {

// The line of each history that stands for it.
std::vector<HistoryLine> lines_that_count(const std::vector<History>& histories, Watch watch) {
  if (histories.size() == 1) return {histories.front().at(best_of(histories.front(), watch).value())};
  std::vector<HistoryLine> lines;
  for (const History& history : histories) lines.push_back(history.back());
  return lines;
}

void add_effort(SweepResult& result, const std::vector<History>& histories) {
  double images = 0;
  for (const History& history : histories) {
    result.epochs = std::max(result.epochs, history.back().epoch);
    for (const HistoryLine& line : history) {
      images += line.images_per_second * line.seconds;
      result.seconds += line.seconds;
    }
  }
  if (result.seconds > 0) result.images_per_second = images / result.seconds;
}

SweepResult result_from_json(const Json& json, const std::string& what) {
  return {.val_accuracy = json_get<double>(json, "val_accuracy", what),
          .val_loss = json_get<double>(json, "val_loss", what),
          .deviation = json_get_or<double>(json, "deviation", -1, what),
          .best_epoch = json_get_or<std::int64_t>(json, "best_epoch", 0, what),
          .epochs = json_get<std::int64_t>(json, "trained_epochs", what),
          .images_per_second = json_get<double>(json, "images_per_second", what),
          .seconds = json_get<double>(json, "seconds", what)};
}

}  // namespace

SweepResult result_of(const std::vector<History>& histories, Watch watch) {
  std::vector<double> accuracies;
  std::vector<double> losses;
  SweepResult result;
  for (const HistoryLine& line : lines_that_count(histories, watch)) {
    accuracies.push_back(line.val_accuracy);
    losses.push_back(line.val_loss);
    if (histories.size() == 1) result.best_epoch = line.epoch;
  }
  const Spread accuracy = spread_of(accuracies);
  const Spread loss = spread_of(losses);
  result.val_accuracy = accuracy.mean;
  result.val_loss = loss.mean;
  if (histories.size() > 1) {
    result.deviation = watch == Watch::loss ? loss.deviation : accuracy.deviation;
  }
  add_effort(result, histories);
  return result;
}

bool better(const SweepResult& a, const SweepResult& b, Watch watch) {
  if (watch == Watch::accuracy && a.val_accuracy != b.val_accuracy) return a.val_accuracy > b.val_accuracy;
  return a.val_loss < b.val_loss;
}

Json to_json(const SweepResult& result) {
  Json json{{"val_accuracy", result.val_accuracy}, {"val_loss", result.val_loss}};
  if (result.deviation >= 0) json["deviation"] = result.deviation;
  if (result.best_epoch > 0) json["best_epoch"] = result.best_epoch;
  json["trained_epochs"] = result.epochs;
  json["images_per_second"] = result.images_per_second;
  json["seconds"] = result.seconds;
  return json;
}

Json to_json(const SweepRecord& record) {
  Json json{{"settings", record.settings}, {"ended", record.ended}};
  if (record.failed()) {
    json["failure"] = record.failure;
  } else {
    json["result"] = to_json(record.result);
  }
  return json;
}

SweepRecord sweep_record_from_json(const Json& json, const std::string& what) {
  SweepRecord record{.settings = json_get<Json>(json, "settings", what),
                     .failure = json_get_or<std::string>(json, "failure", "", what),
                     .ended = json_get<double>(json, "ended", what),
                     .result = {}};
  if (!record.failed()) record.result = result_from_json(json_get<Json>(json, "result", what), what);
  return record;
}

}  // namespace frag::trainer
