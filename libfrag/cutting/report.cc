#include "libfrag/cutting/report.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <map>
#include <set>
#include <utility>

#include "libfrag/base/text.h"
#include "libfrag/cutting/check.h"
#include "libfrag/cutting/html.h"
#include "libfrag/cutting/report_parts.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

constexpr std::size_t kMostSizes = 12;

struct Count {
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;  // kept
};

// What the tables of a report count.
struct Counts {
  explicit Counts(const Catalog& catalog) {
    std::set<std::string> all_groups;
    for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
      const Source source = catalog.sources()[i];
      all_groups.insert(source.group);
      groups_of[source.split].insert(source.group);
      ++sizes[{source.width, source.height}];
      Count& side = sides[source.split];
      ++side.sources;
      for (const ClassRun& run : catalog.runs(i)) {
        side.fragments += run.count;
        const auto add = [&run](Count& count) {
          count.sources += run.count > 0 ? 1 : 0;
          count.fragments += run.count;
        };
        add(classes[run.class_number]);
        add(cells[{source.split, run.class_number}]);
      }
    }
    groups = all_groups.size();
  }

  std::uint64_t groups = 0;
  std::map<std::string, Count> sides;
  std::map<std::string, std::set<std::string>> groups_of;
  std::map<std::uint32_t, Count> classes;
  std::map<std::pair<std::string, std::uint32_t>, Count> cells;  // side and class
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> sizes;
};

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(double share) {
  return format_fixed(share * 100, 1) + "\u00a0%";
}

// The recipe as one would say it.
std::string recipe_words(const Catalog& catalog) {
  const Recipe& recipe = catalog.recipe();
  std::string words;
  if (recipe.fit == Fit::whole) {
    words = "Every source is one fragment";
    if (recipe.resize) {
      words += ", brought to " + std::to_string(recipe.resize->width) + "\u00d7" +
               std::to_string(recipe.resize->height) + " pixels";
    }
  } else {
    words = "Fragments of " + std::to_string(recipe.tile) + "\u00d7" + std::to_string(recipe.tile) +
            " pixels, one every " + std::to_string(recipe.tiling().stride) + " pixels, at " +
            count_of(catalog.angles().size(), "angle") + " (" + recipe.angles + " degrees), fit \"" +
            name_of(recipe.fit) + "\"";
  }
  words += std::string("; channels ") + name_of(recipe.channels) + ", " + std::to_string(recipe.bits) +
           " bits, contrast " + name_of(recipe.contrast) + ".";
  if (recipe.leaves_out()) words += " Fragments with too little to see are left out.";
  if (recipe.labels.within_sources())
    words += " Classes lie within the sources; fragments without one are left out.";
  words += " The split is " + recipe.split + ", seed " + std::to_string(recipe.seed) + ".";
  return words;
}

// The day on which the dataset's table was written, as this machine's clock has it.
std::string day_of(const DatasetFolder& folder) {
  struct stat status {};
  struct tm day {};
  if (::stat((folder.path() / kDatasetFile).c_str(), &status) != 0) return "";
  ::localtime_r(&status.st_mtim.tv_sec, &day);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &day);
  return text.data();
}

std::string head(const DatasetFolder& folder, const Counts& counts, const std::string& title) {
  const Catalog& catalog = folder.catalog();
  return "<h1>" + html_text(title) + "</h1>\n<p class=\"soft\">Written on " + day_of(folder) +
         ". Dataset <code>" + html_text(catalog.id()) + "</code>" +
         (catalog.parent().empty() ? "" : ", made from <code>" + html_text(catalog.parent()) + "</code>") +
         "</p>\n" +
         html_figures({{"sources", format_count(catalog.sources().size())},
                       {"groups", format_count(counts.groups)},
                       {"classes", format_count(catalog.classes().size())},
                       {"fragments", format_count(catalog.kept())},
                       {"fragments left out", format_count(catalog.fragments() - catalog.kept())}}) +
         "<p>" + html_text(recipe_words(catalog)) + "</p>\n";
}

std::string class_balance(const Catalog& catalog, const Counts& counts) {
  std::vector<std::vector<std::string>> rows;
  for (std::uint32_t number = 0; number < catalog.classes().size(); ++number) {
    const auto found = counts.classes.find(number);
    const Count count = found == counts.classes.end() ? Count{} : found->second;
    const double share = share_of(count.fragments, catalog.kept());
    rows.push_back({html_text(catalog.classes()[number]), format_count(count.sources),
                    format_count(count.fragments), percent(share), html_bar(share)});
  }
  return "<h2>Classes</h2>\n" + html_table("Sources and fragments of each class",
                                           {"Class", "#Sources", "#Fragments", "#Share", "of all fragments"},
                                           rows);
}

std::string remark_on_sides(const Catalog& catalog) {
  const std::string note = note_on_sides(catalog);
  return note.empty() ? "" : "<p>" + html_text(note) + ".</p>\n";
}

std::string split_balance(const Catalog& catalog, const Counts& counts) {
  std::vector<std::vector<std::string>> rows, cells;
  std::vector<std::string> headings{"Class"};
  for (const std::string& name : catalog.splits()) {
    const Count& side = counts.sides.at(name);
    const double share = share_of(side.fragments, catalog.kept());
    rows.push_back({html_text(name), format_count(side.sources),
                    format_count(counts.groups_of.at(name).size()), format_count(side.fragments),
                    percent(share), html_bar(share)});
    headings.push_back("#" + name);
  }
  for (std::uint32_t number = 0; number < catalog.classes().size(); ++number) {
    std::vector<std::string> row{html_text(catalog.classes()[number])};
    for (const std::string& name : catalog.splits()) {
      const auto found = counts.cells.find({name, number});
      row.push_back(format_count(found == counts.cells.end() ? 0 : found->second.fragments));
    }
    cells.push_back(row);
  }
  return "<h2>Split</h2>\n" +
         html_table("Whole groups lie on one side",
                    {"Side", "#Sources", "#Groups", "#Fragments", "#Share", "of all fragments"}, rows) +
         remark_on_sides(catalog) + html_table("Fragments by class and side", headings, cells);
}

std::string size_distribution(const Catalog& catalog, const Counts& counts) {
  std::vector<std::pair<std::uint64_t, std::pair<std::int64_t, std::int64_t>>> sizes;
  for (const auto& [size, sources] : counts.sizes) sizes.emplace_back(sources, size);
  std::stable_sort(sizes.begin(), sizes.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::vector<std::string>> rows;
  std::uint64_t others = 0;
  const auto add = [&](const std::string& name, std::uint64_t sources) {
    const double share = share_of(sources, catalog.sources().size());
    rows.push_back({name, format_count(sources), percent(share), html_bar(share)});
  };
  for (const auto& [sources, size] : sizes) {
    if (rows.size() < kMostSizes) {
      add(std::to_string(size.first) + "\u00d7" + std::to_string(size.second), sources);
    } else {
      others += sources;
    }
  }
  if (others > 0) add(count_of(sizes.size() - kMostSizes, "other size"), others);
  return "<h2>Sizes</h2>\n" + html_table("Sources by width and height in pixels, as fragments see them",
                                         {"Size", "#Sources", "#Share", "of all sources"}, rows);
}

// A value as one would say it: objects without their braces, numbers without a decimal of nothing.
std::string plain(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>().empty() ? "-" : value.get<std::string>();
  if (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()))
    return format_fixed(value.get<double>(), 0);
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, part] : value.items())
    parts.push_back(value.is_object() ? key + " " + plain(part) : plain(part));
  return join(parts, ", ");
}

std::string recipe_table(const Recipe& recipe) {
  std::vector<std::vector<std::string>> rows;
  const Json keys = to_json(recipe);
  for (const auto& [key, value] : keys.items())
    rows.push_back({"<code>" + html_text(key) + "</code>", html_text(plain(value))});
  return "<h2>Recipe</h2>\n" + html_table("Every key that made this dataset", {"Key", "Value"}, rows);
}

std::string title_of(const DatasetFolder& folder, const ReportOptions& options) {
  if (!options.title.empty()) return options.title;
  const auto& path = folder.path();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

}  // namespace

std::string write_report(const DatasetFolder& folder, const ReportOptions& options) {
  const Catalog& catalog = folder.catalog();
  const std::string title = title_of(folder, options);
  const Counts counts(catalog);
  return html_page(title, "", head(folder, counts, title),
                   class_balance(catalog, counts) + split_balance(catalog, counts) +
                       audit_section(check(folder)) + size_distribution(catalog, counts) +
                       sources_section(folder) + pictures_section(folder, options.seed) +
                       recipe_table(catalog.recipe()));
}

}  // namespace frag
