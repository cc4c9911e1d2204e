#include "trainer/sweeping/sweep_table.h"

#include <algorithm>
#include <numeric>

#include "libfrag/base/text.h"
#include "trainer/csv_text.h"
#include "trainer/text_table.h"
#include "trainer/toml_text.h"

namespace frag::trainer {
namespace {

// Of the CSV, behind the settings; the JSON of a result has the same names.
constexpr const char* kResultColumns[] = {"val_accuracy",   "val_loss",          "deviation", "best_epoch",
                                          "trained_epochs", "images_per_second", "seconds"};

int class_of(const SweepRow& row) {
  return !row.record ? 2 : row.record->failed() ? 1 : 0;
}

bool before(const SweepRow& a, const SweepRow& b, Watch watch) {
  if (class_of(a) != class_of(b)) return class_of(a) < class_of(b);
  return class_of(a) == 0 && better(a.record->result, b.record->result, watch);
}

bool has_folds(const std::vector<SweepRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const SweepRow& row) { return row.record && row.record->result.deviation >= 0; });
}

std::vector<std::string> text_cells(const SweepRow& row, std::size_t rank, bool folds) {
  std::vector<std::string> cells{std::to_string(rank), row.run};
  for (const SweptSetting& setting : row.settings) cells.push_back(text_of(setting.value));
  const SweepResult& result = row.record->result;
  cells.push_back(format_fixed(result.val_accuracy, 3));
  cells.push_back(format_fixed(result.val_loss, 4));
  cells.push_back(folds ? format_fixed(result.deviation, 3) : std::to_string(result.best_epoch));
  cells.push_back(std::to_string(result.epochs));
  cells.push_back(format_fixed(result.images_per_second, 0));
  cells.push_back(format_fixed(result.seconds, 1));
  return cells;
}

}  // namespace

const char* status_of(const SweepRow& row) {
  constexpr const char* kStatuses[] = {"finished", "failed", "open"};
  return kStatuses[class_of(row)];
}

std::vector<std::size_t> ranked(const std::vector<SweepRow>& rows, Watch watch) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(rows[a], rows[b], watch); });
  return order;
}

std::string sweep_text(const std::vector<SweepRow>& rows, Watch watch) {
  const bool folds = has_folds(rows);
  std::vector<std::string> header{"rank", "run"};
  for (const SweptSetting& setting : rows.front().settings) header.push_back(setting.key);
  for (const char* name : {"val accuracy", "val loss", folds ? "deviation" : "best epoch", "trained epochs",
                           "images/s", "seconds"}) {
    header.push_back(name);
  }
  TextTable table(std::move(header));
  std::string failures;
  std::size_t rank = 0;
  for (const std::size_t i : ranked(rows, watch)) {
    const SweepRow& row = rows[i];
    if (class_of(row) == 0) table.add(text_cells(row, ++rank, folds));
    if (class_of(row) == 1) {
      failures += "failed: " + row.run + ", " + describe(row.settings) + ": " + row.record->failure + "\n";
    }
  }
  return (rank > 0 ? table.text() : "") + failures;
}

std::string sweep_csv(const std::vector<SweepRow>& rows, Watch watch) {
  std::vector<std::string> header{"rank", "run", "status"};
  for (const SweptSetting& setting : rows.front().settings) header.push_back(setting.key);
  header.insert(header.end(), std::begin(kResultColumns), std::end(kResultColumns));
  header.push_back("reason");
  std::string text = csv_line(header);
  std::size_t rank = 0;
  for (const std::size_t i : ranked(rows, watch)) {
    const SweepRow& row = rows[i];
    const bool finished = class_of(row) == 0;
    std::vector<std::string> cells{finished ? std::to_string(++rank) : "", row.run, status_of(row)};
    for (const SweptSetting& setting : row.settings) cells.push_back(text_of(setting.value));
    const Json result = finished ? to_json(row.record->result) : Json::object();
    for (const char* column : kResultColumns) {
      cells.push_back(result.contains(column) ? result[column].dump() : "");
    }
    cells.push_back(class_of(row) == 1 ? row.record->failure : "");
    text += csv_line(cells);
  }
  return text;
}

Json sweep_json(const std::vector<SweepRow>& rows, Watch watch) {
  Json list = Json::array();
  std::size_t rank = 0;
  for (const std::size_t i : ranked(rows, watch)) {
    const SweepRow& row = rows[i];
    Json json = Json::object();
    if (class_of(row) == 0) json["rank"] = ++rank;
    json["run"] = row.run;
    json["status"] = status_of(row);
    json["settings"] = to_json(row.settings);
    if (class_of(row) == 0) json["result"] = to_json(row.record->result);
    if (class_of(row) == 1) json["reason"] = row.record->failure;
    list.push_back(std::move(json));
  }
  return {{"watch", kWatchNames[static_cast<std::size_t>(watch)]}, {"runs", std::move(list)}};
}

}  // namespace frag::trainer
