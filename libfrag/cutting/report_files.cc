// Which files a dataset was made of, and which not, as a report shows it.
#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/html.h"
#include "libfrag/cutting/report_parts.h"
#include "libfrag/dataset/csv.h"

namespace frag {
namespace {

constexpr std::size_t kMostSources = 500, kMostLeftOut = 200;

using Rows = std::vector<std::vector<std::string>>;

std::string more(std::size_t count, const char* where) {
  return count == 0 ? "" : "<p class=\"soft\">and " + format_count(count) + " more, in " + where + "</p>\n";
}

// The classes of a source's kept fragments.
std::string classes_of(const Catalog& catalog, std::uint32_t source) {
  std::vector<std::string> names;
  for (const ClassRun& run : catalog.runs(source)) names.push_back(catalog.classes()[run.class_number]);
  return join(names, ", ");
}

std::string all_sources(const Catalog& catalog) {
  Rows rows;
  for (std::uint32_t i = 0; i < catalog.sources().size() && i < kMostSources; ++i) {
    std::uint64_t kept = 0;
    for (const ClassRun& run : catalog.runs(i)) kept += run.count;
    rows.push_back({html_text(catalog.sources()[i].name), html_text(classes_of(catalog, i)),
                    html_text(catalog.sources().split(i)), format_count(kept)});
  }
  return "<details><summary>" + count_of(catalog.sources().size(), "source") + "</summary>\n" +
         html_table("Every source and its side", {"Source", "Class", "Side", "#Fragments"}, rows) +
         more(catalog.sources().size() - rows.size(), "<code>sources.jsonl</code>") + "</details>\n";
}

// From the table that the last cut wrote; it has names, so that of an anonymous dataset is not shown.
std::string left_out(const DatasetFolder& folder) {
  const std::filesystem::path table = report_file_of(folder.path());
  if (folder.catalog().anonymous() || !std::filesystem::exists(table)) return "";
  Rows rows;
  std::size_t all = 0;
  try {
    read_csv(read_file(table), table.string(), [&](const CsvRow& row) {
      if (row.fields.size() != 6 || row.fields[5].empty() || row.fields[1] == "fate") return;
      if (++all <= kMostLeftOut)
        rows.push_back({html_text(row.fields[0]), html_text(row.fields[1]), html_text(row.fields[5])});
    });
  } catch (const Error& error) {  // somebody's own file of that name
    if (error.code() != Errc::bad_input) throw;
    return "";
  }
  if (rows.empty()) return "<p>No file was left out.</p>\n";
  return html_table("Files that were left out when images were last added", {"File", "Fate", "Why"}, rows) +
         more(all - rows.size(), "the table beside the dataset");
}

}  // namespace

std::string sources_section(const DatasetFolder& folder) {
  return "<h2>Files</h2>\n" + left_out(folder) + all_sources(folder.catalog());
}

}  // namespace frag
