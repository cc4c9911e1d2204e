#include "libfrag/dataset/label_table.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/csv.h"
#include "libfrag/dataset/label_rule.h"
#include "libfrag/dataset/path_rule.h"
#include "libfrag/geometry/tiling.h"

namespace frag {
namespace {

enum Column { kPath, kClass, kGroup, kSplit, kPage, kX, kY, kW, kH, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames = {"path", "class", "group", "split", "page",
                                                                 "x",    "y",     "w",     "h"};
constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();

[[noreturn]] void fail(const std::string& name, std::int64_t line, const std::string& why) {
  throw Error(Errc::bad_input, name + ":" + std::to_string(line) + ": " + why);
}

std::string quote(const std::string& text) {
  return "\"" + text + "\"";
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Header and rows as they come from the reader.
class TableReader {
 public:
  explicit TableReader(const std::string& name) : name_(name) { at_.fill(kAbsent); }

  void take(const CsvRow& row) {
    line_ = row.line;
    if (!header_seen_) return take_header(row);
    LabelRow label;
    label.line = row.line;
    label.path = path_of(row);
    label.class_name = text(row, kClass);
    const std::string problem = class_name_problem(label.class_name);
    if (!problem.empty()) fail("the class " + quote(label.class_name) + " of " + label.path + " " + problem);
    label.group = text(row, kGroup);
    if (has_control(label.group)) fail("the group of " + label.path + " has a control character");
    label.split = text(row, kSplit);
    if (!label.split.empty() && !is_split_name(label.split)) {
      fail("the split " + quote(label.split) + " is none of train, val, test, fold0, fold1, ...");
    }
    label.page = number(row, kPage, 0, std::numeric_limits<std::uint32_t>::max());
    label.box = box_of(row);
    rows.push_back(std::move(label));
  }

  std::vector<LabelRow> rows;

 private:
  [[noreturn]] void fail(const std::string& why) const { frag::fail(name_, line_, why); }

  void take_header(const CsvRow& row) {
    header_seen_ = true;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      std::string title = row.fields[i];
      for (char& c : title) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      const auto known = std::find(kColumnNames.begin(), kColumnNames.end(), title);
      if (known == kColumnNames.end()) continue;
      std::size_t& column = at_[static_cast<std::size_t>(known - kColumnNames.begin())];
      if (column != kAbsent) fail("two columns are named " + quote(title));
      column = i;
    }
    for (const Column needed : {kPath, kClass}) {
      if (at_[needed] == kAbsent) {
        fail("no column is named " + quote(std::string(kColumnNames[needed])) + "; the columns are " +
             join({row.fields.begin(), row.fields.end()}, ", "));
      }
    }
    for (std::size_t column = kX; column <= kH; ++column) {
      if ((at_[column] == kAbsent) != (at_[kX] == kAbsent)) fail("a box has the columns x, y, w and h");
    }
  }

  const std::string& text(const CsvRow& row, Column column) const {
    static const std::string kNothing;
    return at_[column] == kAbsent ? kNothing : row.fields[at_[column]];
  }

  // A path that stays in the image folder, without what two spellings of one path differ by.
  std::string path_of(const CsvRow& row) const {
    std::string path = text(row, kPath);
    std::replace(path.begin(), path.end(), '\\', '/');
    if (path.empty()) fail("the path is empty");
    if (has_control(path)) fail("the path has a control character");
    const bool has_drive = path.size() > 2 && path.compare(1, 2, ":/") == 0;
    if (path.front() == '/' || has_drive)
      fail("the path " + quote(path) + " is absolute; it starts in the image folder");
    std::string clean;
    std::size_t from = 0;
    while (from <= path.size()) {
      const std::size_t slash = std::min(path.find('/', from), path.size());
      const std::string_view part(path.data() + from, slash - from);
      if (part == "..") fail("the path " + quote(path) + " leads out of the image folder");
      if (!part.empty() && part != ".") {
        if (!clean.empty()) clean += '/';
        clean += part;
      }
      from = slash + 1;
    }
    if (clean.empty()) fail("the path " + quote(path) + " names no file");
    return clean;
  }

  std::optional<std::int64_t> number(const CsvRow& row, Column column, std::int64_t least,
                                     std::int64_t most) const {
    const std::string& digits = text(row, column);
    if (digits.empty()) return std::nullopt;
    const auto value = parse_integer(digits);
    if (!value || *value < least || *value > most) {
      fail(std::string(kColumnNames[column]) + " is " + quote(digits) + "; it is a whole number from " +
           std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }

  std::optional<Box> box_of(const CsvRow& row) const {
    const auto x = number(row, kX, 0, kMaxEdge - 1);
    const auto y = number(row, kY, 0, kMaxEdge - 1);
    const auto width = number(row, kW, 1, kMaxEdge);
    const auto height = number(row, kH, 1, kMaxEdge);
    if (!x && !y && !width && !height) return std::nullopt;
    if (!x || !y || !width || !height) fail("a box has x, y, w and h, or none of them");
    return Box{*x, *y, *width, *height};
  }

  const std::string& name_;
  std::array<std::size_t, kColumns> at_;  // the field of each column
  bool header_seen_ = false;
  std::int64_t line_ = 0;
};

auto place_of(const LabelRow& row) {
  return std::tie(row.path, row.page, row.box);
}

// Sorts indices, because a row is many times their size; tables that come sorted stay as they are.
std::vector<LabelRow> sorted(std::vector<LabelRow> rows) {
  const auto before = [](const LabelRow& a, const LabelRow& b) {
    return std::tuple_cat(place_of(a), std::tie(a.line)) < std::tuple_cat(place_of(b), std::tie(b.line));
  };
  if (std::is_sorted(rows.begin(), rows.end(), before)) return rows;
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return before(rows[a], rows[b]); });
  std::vector<LabelRow> out;
  out.reserve(rows.size());
  for (const std::size_t i : order) out.push_back(std::move(rows[i]));
  return out;
}

std::string both_lines(const LabelRow& a, const LabelRow& b) {
  return "lines " + std::to_string(std::min(a.line, b.line)) + " and " +
         std::to_string(std::max(a.line, b.line));
}

void check_neighbours(const LabelRow& a, const LabelRow& b, const std::string& name) {
  if (a.path != b.path) return;
  if (a.page == b.page && a.box == b.box) {
    frag::fail(name, std::max(a.line, b.line),
               both_lines(a, b) + " name the same source, " + a.path + "; keep one of them");
  }
  // Rows without a page come first, so that one such boundary a file is enough.
  if (!a.page && b.page) {
    frag::fail(name, std::max(a.line, b.line),
               both_lines(a, b) + " name " + a.path +
                   " with a page and without, which means every page; give all its rows a page");
  }
}

// Pages and boxes of a file look alike: they lie on two sides of a split only where the table says so itself.
void fill_groups(LabelRow* first, LabelRow* last, const std::string& name) {
  const LabelRow* stated = nullptr;
  const LabelRow* other = nullptr;
  for (const LabelRow* row = first; row != last; ++row) {
    if (row->group.empty()) continue;
    if (stated == nullptr) stated = row;
    if (row->group != stated->group) other = row;
  }
  if (stated == nullptr) return;
  for (LabelRow* row = first; row != last; ++row) {
    if (!row->group.empty()) continue;
    if (other != nullptr) {
      frag::fail(name, row->line,
                 "the group is empty, and " + both_lines(*stated, *other) + " give " + row->path +
                     " two groups; state it");
    }
    row->group = stated->group;
  }
}

}  // namespace

std::vector<LabelRow> parse_label_table(std::string_view csv, const std::string& name) {
  TableReader reader(name);
  // A row has at least a path, a class and a line end.
  const auto lines = static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n'));
  reader.rows.reserve(std::min(lines, csv.size() / 8));
  read_csv(csv, name, [&reader](const CsvRow& row) { reader.take(row); });
  std::vector<LabelRow> rows = sorted(std::move(reader.rows));
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = first + 1;
    while (last < rows.size() && rows[last].path == rows[first].path) {
      check_neighbours(rows[last - 1], rows[last], name);
      ++last;
    }
    fill_groups(rows.data() + first, rows.data() + last, name);
    first = last;
  }
  return rows;
}

}  // namespace frag
