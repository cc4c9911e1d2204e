// What a run left behind of itself, for whoever reports it: settings, results and the numbers of every epoch.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::trainer {

// A column of history.csv; nothing where an epoch has no number.
struct HistoryColumn {
  std::string name;
  std::vector<std::optional<double>> values;
};

struct RunRecord {
  Json run;                            // run.json; null where there is none
  std::vector<HistoryColumn> history;  // in the file's order; empty where there is none

  // nullptr where there is no such column.
  const HistoryColumn* column(const std::string& name) const;
};

// `path` is a run folder or, with nothing but the weights to tell, a weights file. Errc::bad_input that names
// the file where one of them is not what `fragtrain fit` writes.
RunRecord read_run_record(const std::filesystem::path& path);

}  // namespace frag::trainer
