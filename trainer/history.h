// What a training came to, epoch by epoch; which epoch was best, and when to stop. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/event_file.h"

namespace frag::trainer {

// A line of history.csv.
struct HistoryLine {
  std::int64_t epoch = 0;  // from 1
  double loss = 0;         // while training
  double train_accuracy = 0;
  double val_loss = -1;      // below 0: not measured, an empty cell
  double val_accuracy = -1;  // the same
  double learning_rate = 0;  // of the epoch's last step
  double images_per_second = 0;
  double seconds = 0;
  std::int64_t left_out = 0;  // damaged fragments
  double ended = 0;           // seconds since 1970; not in the CSV

  bool operator==(const HistoryLine&) const = default;
};

using History = std::vector<HistoryLine>;

std::string history_csv(const History& history);

// An event an epoch with the values loss/train, loss/validation, accuracy/train, accuracy/validation,
// learning_rate and images_per_second; step is the epoch, from 1.
std::vector<ScalarEvent> history_events(const History& history);

// All fields, in numbers that come back bit for bit.
Json to_json(const HistoryLine& line);
HistoryLine history_line_from_json(const Json& json, const std::string& what);

enum class Watch {
  accuracy,  // higher is better; of equals the lower loss
  loss,      // lower is better
};
inline constexpr const char* kWatchNames[] = {"accuracy", "loss"};

// The place of the best validation, the first of equals; nullopt where nothing was measured.
std::optional<std::size_t> best_of(const History& history, Watch watch);

// Why to stop after this history; empty where there is no reason: `patience` epochs (0: any number) went by
// without a better validation.
std::string reason_to_stop(const History& history, Watch watch, std::int64_t patience);

}  // namespace frag::trainer
