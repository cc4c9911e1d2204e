#include "trainer/history.h"

#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

bool is_better(const HistoryLine& a, const HistoryLine& b, Watch watch) {
  if (watch == Watch::accuracy && a.val_accuracy != b.val_accuracy) return a.val_accuracy > b.val_accuracy;
  return a.val_loss < b.val_loss;
}

std::string measured(double value) {
  return value < 0 ? "" : format_fixed(value, 6);
}

// Of numbers of any size, a learning rate's seven digits.
std::string seven_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

}  // namespace

std::string history_csv(const History& history) {
  std::string text =
      "epoch,loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,left_out\n";
  for (const HistoryLine& line : history) {
    text += join({std::to_string(line.epoch), format_fixed(line.loss, 6),
                  format_fixed(line.train_accuracy, 6), measured(line.val_loss), measured(line.val_accuracy),
                  seven_digits(line.learning_rate), format_fixed(line.images_per_second, 1),
                  format_fixed(line.seconds, 3), std::to_string(line.left_out)},
                 ",") +
            "\n";
  }
  return text;
}

std::vector<ScalarEvent> history_events(const History& history) {
  std::vector<ScalarEvent> events;
  for (const HistoryLine& line : history) {
    ScalarEvent event{
        line.ended, line.epoch, {{"loss/train", line.loss}, {"accuracy/train", line.train_accuracy}}};
    if (line.val_accuracy >= 0) {
      event.values.push_back({"loss/validation", line.val_loss});
      event.values.push_back({"accuracy/validation", line.val_accuracy});
    }
    event.values.push_back({"learning_rate", line.learning_rate});
    event.values.push_back({"images_per_second", line.images_per_second});
    events.push_back(std::move(event));
  }
  return events;
}

Json to_json(const HistoryLine& line) {
  return {{"epoch", line.epoch},
          {"loss", line.loss},
          {"train_accuracy", line.train_accuracy},
          {"val_loss", line.val_loss},
          {"val_accuracy", line.val_accuracy},
          {"learning_rate", line.learning_rate},
          {"images_per_second", line.images_per_second},
          {"seconds", line.seconds},
          {"left_out", line.left_out},
          {"ended", line.ended}};
}

HistoryLine history_line_from_json(const Json& json, const std::string& what) {
  const auto number = [&](const char* key) { return json_get<double>(json, key, what); };
  return {.epoch = json_get<std::int64_t>(json, "epoch", what),
          .loss = number("loss"),
          .train_accuracy = number("train_accuracy"),
          .val_loss = number("val_loss"),
          .val_accuracy = number("val_accuracy"),
          .learning_rate = number("learning_rate"),
          .images_per_second = number("images_per_second"),
          .seconds = number("seconds"),
          .left_out = json_get<std::int64_t>(json, "left_out", what),
          .ended = number("ended")};
}

std::optional<std::size_t> best_of(const History& history, Watch watch) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].val_accuracy < 0) continue;
    if (!best || is_better(history[i], history[*best], watch)) best = i;
  }
  return best;
}

std::string reason_to_stop(const History& history, Watch watch, std::int64_t patience) {
  const auto best = best_of(history, watch);
  if (patience == 0 || !best || history.size() - 1 - *best < static_cast<std::size_t>(patience)) return "";
  const HistoryLine& line = history[*best];
  const bool accuracy = watch == Watch::accuracy;
  return "no better validation " + std::string(kWatchNames[static_cast<std::size_t>(watch)]) + " than " +
         format_fixed(accuracy ? line.val_accuracy : line.val_loss, accuracy ? 3 : 4) + " of epoch " +
         std::to_string(line.epoch) + " in " + count_of(static_cast<std::uint64_t>(patience), "epoch");
}

}  // namespace frag::trainer
