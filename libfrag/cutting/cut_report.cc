#include "libfrag/cutting/cut_report.h"

#include <algorithm>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

std::uint64_t kept_of(const ExaminedSource& source) {
  if (source.kept.empty()) return source.row.fragments;
  std::uint64_t kept = 0;
  for (const ClassBits& bits : source.kept)
    kept += static_cast<std::uint64_t>(std::count(bits.bits.begin(), bits.bits.end(), true));
  return kept;
}

}  // namespace

void CutReport::add(const Examination& examined) {
  std::uint64_t fragments = 0, kept = 0;
  for (const ExaminedSource& source : examined.sources) {
    fragments += source.row.fragments;
    kept += kept_of(source);
  }
  Row& row = rows_[examined.name];
  std::vector<std::string> reasons = examined.problems;
  if (!row.reason.empty()) reasons.insert(reasons.begin(), row.reason);
  row.fate = examined.sources.empty() ? "left out" : reasons.empty() ? "used" : "used in part";
  row.counts =
      std::to_string(examined.sources.size()) + "," + std::to_string(fragments) + "," + std::to_string(kept);
  row.reason = join(reasons, "; ");
}

void CutReport::add_known(const std::string& name) {
  rows_[name].fate = "already in the dataset";
}

void CutReport::add_left_out(const std::string& name, const std::string& reason) {
  Row& row = rows_[name];
  row.fate = "not a source";
  row.reason += (row.reason.empty() ? "" : "; ") + reason;
}

void CutReport::save(const std::filesystem::path& path) const {
  std::string csv = "file,fate,sources,fragments,kept,reason\n";
  for (const auto& [name, row] : rows_)
    csv += csv_field(name) + "," + row.fate + "," + row.counts + "," + csv_field(row.reason) + "\n";
  write_file_atomic(path, csv);
}

}  // namespace frag
