#include "trainer/reporting/run_record.h"

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/csv.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

namespace fs = std::filesystem;

std::vector<HistoryColumn> read_history(const fs::path& path) {
  std::vector<HistoryColumn> columns;
  read_csv(read_file(path), path.string(), [&](const CsvRow& row) {
    if (columns.empty()) {
      for (const std::string& name : row.fields) columns.push_back({name, {}});
      return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].values.push_back(parse_number(row.fields[i]));
  });
  return columns;
}

}  // namespace

const HistoryColumn* RunRecord::column(const std::string& name) const {
  for (const HistoryColumn& one : history) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

RunRecord read_run_record(const fs::path& path) {
  RunRecord record;
  const fs::path run = path / kRunFile, history = path / kHistoryFile;
  if (fs::exists(run)) {
    record.run = parse_if_json(read_file(run));
    if (!record.run.is_object())
      throw Error(Errc::bad_input, run.string() + ": not what fragtrain fit writes");
  }
  if (fs::exists(history)) record.history = read_history(history);
  return record;
}

}  // namespace frag::trainer
