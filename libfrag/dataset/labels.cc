#include "libfrag/dataset/labels.h"

#include <re2/re2.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/dataset/file_walk.h"
#include "libfrag/dataset/label_table.h"
#include "libfrag/dataset/path_rule.h"
#include "libfrag/dataset/scan_notes.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// A table of a million rows with long paths is well below this.
constexpr std::uint64_t kMaxTableBytes = std::uint64_t{1} << 31;

bool is_set_file(const std::string& name) {
  static const RE2 kIdx(R"(images[-.]idx[34]-ubyte(?:\.gz)?$)");
  static const RE2 kCifar(R"((?:^|/)(?:data_batch_[^/]*|test_batch|train|test)\.bin$)");
  return RE2::PartialMatch(name, kIdx) || RE2::PartialMatch(name, kCifar);
}

// The sides that the publishers of such sets chose are in the files' names.
std::string set_split_of(const std::string& name) {
  static const RE2 kTest(R"((?:^|/)(?:t10k|test)[^/]*$)");
  static const RE2 kTrain(R"((?:^|/)(?:train|data_batch)[^/]*$)");
  if (RE2::PartialMatch(name, kTest)) return "test";
  return RE2::PartialMatch(name, kTrain) ? "train" : "";
}

struct LeftOutName {
  LeftOutFor reason;
  const char* name;
};
constexpr LeftOutName kLeftOutNames[] = {
    {LeftOutFor::unlisted, "unlisted"},   {LeftOutFor::missing, "missing"},
    {LeftOutFor::no_match, "no_match"},   {LeftOutFor::other_class, "other_class"},
    {LeftOutFor::no_labels, "no_labels"}, {LeftOutFor::bad_name, "bad_name"},
    {LeftOutFor::dead_link, "dead_link"}, {LeftOutFor::unreadable, "unreadable"}};

bool is_utf8(const std::string& name) {
  return simdjson::validate_utf8(name.data(), name.size());
}

// Reports and tables hold UTF-8 only.
std::string printable(std::string name) {
  if (is_utf8(name)) return name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return name;
}

class Scanner {
 public:
  Scanner(const fs::path& images, const LabelRule& rule)
      : images_(images), rule_(rule), classes_(rule.classes.begin(), rule.classes.end()) {
    if (!rule.expression.empty()) expression_ = std::make_unique<PathRule>(rule.expression);
  }

  SourceScan run() {
    const FolderWalk walk = walk_folder(images_);
    take_passed(walk.passed);
    if (rule_.from == LabelsFrom::csv) {
      take_table(walk.files);
    } else {
      take_files(walk.files);
    }
    for (const std::string& name : walk.files) pass_over(name);
    std::sort(scan_.passed.begin(), scan_.passed.end(),
              [](const PassedOver& a, const PassedOver& b) { return a.name < b.name; });
    std::stable_sort(scan_.left_out.begin(), scan_.left_out.end(),
                     [](const LeftOut& a, const LeftOut& b) { return a.name < b.name; });
    require_some();
    scan_.notes = notes_on_folders(images_, rule_, walk, scan_);
    return std::move(scan_);
  }

 private:
  void leave_out(const std::string& name, LeftOutFor reason, const std::string& text) {
    scan_.left_out.push_back({printable(name), reason, text});
  }

  void take_passed(const std::vector<Passed>& passed) {
    for (const auto& [name, why] : passed) {
      if (why == Passed::unreadable) {
        leave_out(name, LeftOutFor::unreadable, "no permission to read this folder");
      } else if (why == Passed::dead_link && looks_like_image(name)) {
        leave_out(name, LeftOutFor::dead_link, "a link that leads nowhere");
      } else {
        scan_.passed.push_back({printable(name), text_of(why)});
      }
    }
  }

  // A file that no rule for labels has a use for.
  void pass_over(const std::string& name) {
    const bool wanted = rule_.from == LabelsFrom::set ? is_set_file(name) : looks_like_image(name);
    if (wanted || name == rule_.file || sidecars_.contains(name)) return;
    scan_.passed.push_back({printable(name), rule_.from == LabelsFrom::set ? "by its name no file of pictures"
                                                                           : text_of_other_file(name)});
  }

  void take_files(const std::vector<std::string>& names) {
    std::vector<std::string> candidates;
    for (const std::string& name : names) {
      if (rule_.from == LabelsFrom::set ? !is_set_file(name) : !looks_like_image(name)) continue;
      if (is_utf8(name)) {
        candidates.push_back(name);
      } else {
        leave_out(name, LeftOutFor::bad_name, "its name is not UTF-8; rename it");
      }
    }
    if (rule_.within_sources()) {
      take_with_sidecars(candidates);
    } else {
      for (const std::string& name : candidates) add(name, LabelRow());
    }
  }

  // Both `names` and rows are sorted: one walk over the two tells what is missing and what is unlisted.
  void take_table(const std::vector<std::string>& names) {
    const fs::path table = images_ / rule_.file;
    std::vector<LabelRow> rows = parse_label_table(read_file(table, kMaxTableBytes), table.string());
    scan_.files.reserve(rows.size());
    auto next = names.begin();
    const auto pass = [&] {
      if (looks_like_image(*next)) leave_out(*next, LeftOutFor::unlisted, rule_.file + " does not list it");
      ++next;
    };
    for (std::size_t i = 0; i < rows.size();) {
      const std::string path = rows[i].path;
      while (next != names.end() && *next < path) pass();
      const bool walked = next != names.end() && *next == path;
      if (walked) ++next;
      // What the walk passes over may still be named: a hidden file, one behind a link to a folder.
      const bool there = walked || fs::is_regular_file(images_ / path);
      if (!there) {
        leave_out(path, LeftOutFor::missing,
                  rule_.file + ":" + std::to_string(rows[i].line) + " lists it, and it is not there");
      }
      for (; i < rows.size() && rows[i].path == path; ++i) {
        if (there) add(path, std::move(rows[i]));
      }
    }
    while (next != names.end()) pass();
  }

  void take_with_sidecars(const std::vector<std::string>& candidates) {
    const std::string& pattern = rule_.from == LabelsFrom::mask ? rule_.mask : rule_.annotations;
    for (const std::string& name : candidates) sidecars_.insert(sidecar_name(pattern, name));
    std::map<std::string, std::string> owner;
    for (const std::string& name : candidates) {
      if (sidecars_.contains(name)) continue;
      const std::string sidecar = sidecar_name(pattern, name);
      const auto [other, fresh] = owner.emplace(sidecar, name);
      if (!fresh) {
        throw Error(Errc::bad_input, sidecar + " would hold the labels of both " + other->second + " and " +
                                         name + "; use {dir} or {name} in its pattern, \"" + pattern + "\"");
      }
      if (fs::is_regular_file(images_ / sidecar)) {
        add(name, LabelRow(), images_ / sidecar);
      } else {
        leave_out(name, LeftOutFor::no_labels, "its labels are not there: " + sidecar);
      }
    }
  }

  // A source, or a page or box of one, by what its path and its row of the table (else an empty one) say.
  void add(const std::string& name, LabelRow row, fs::path labels = {}) {
    PathParts parts;
    if (expression_) {
      const auto match = expression_->match(name);
      if (!match && row.group.empty()) {
        return leave_out(name, LeftOutFor::no_match, "labels.expression does not match its path");
      }
      if (match) parts = *match;
    }
    check_parts(name, parts);
    LabelledFile file;
    file.class_name = class_of(name, row, parts);
    if (rule_.from == LabelsFrom::folder && file.class_name.empty()) {
      return leave_out(name, LeftOutFor::no_match, "it lies in no class folder");
    }
    if (!classes_.empty() && !file.class_name.empty() && !classes_.contains(file.class_name)) {
      return leave_out(name, LeftOutFor::other_class,
                       "its class \"" + file.class_name + "\" is not among labels.classes");
    }
    if (parts.split.empty() && rule_.from == LabelsFrom::set) parts.split = set_split_of(name);
    const std::string& group = row.group.empty() ? parts.group : row.group;
    const std::string& split = row.split.empty() ? parts.split : row.split;
    if (!group.empty()) file.group = group;
    if (!split.empty()) file.split = split;
    file.path = images_ / name;
    file.name = name;
    file.page = row.page;
    file.box = row.box;
    file.labels = std::move(labels);
    scan_.files.push_back(std::move(file));
  }

  // A path that yields nonsense is a mistake in the expression, which would make more of it.
  static void check_parts(const std::string& name, const PathParts& parts) {
    const std::string problem = parts.class_name.empty() ? "" : class_name_problem(parts.class_name);
    if (!problem.empty()) {
      throw Error(Errc::bad_input, name + ": labels.expression captures the class \"" + parts.class_name +
                                       "\", which " + problem);
    }
    if (!parts.split.empty() && !is_split_name(parts.split)) {
      throw Error(Errc::bad_input, name + ": labels.expression captures the split \"" + parts.split +
                                       "\", which is none of train, val, test, fold0, fold1, ...");
    }
  }

  std::string class_of(const std::string& name, const LabelRow& row, const PathParts& parts) const {
    if (rule_.from == LabelsFrom::path) return parts.class_name;
    if (rule_.from == LabelsFrom::csv) return row.class_name;
    if (rule_.from != LabelsFrom::folder) return {};
    const std::size_t slash = name.find('/');
    return slash == std::string::npos ? std::string() : name.substr(0, slash);
  }

  void require_some() const {
    if (!scan_.files.empty()) return;
    std::string why = images_.string();
    if (rule_.from == LabelsFrom::folder) {
      why += ": no images in class folders; put each class's images into a folder of its own, as in " +
             (images_ / "CLASS" / "image.jpg").string();
    } else {
      why += std::string(": no sources with labels.from = \"") + name_of(rule_.from) + "\"";
    }
    if (!scan_.left_out.empty()) {
      why += " (" + std::to_string(scan_.left_out.size()) + " left out, as " + scan_.left_out.front().name +
             ": " + scan_.left_out.front().text + ")";
    }
    throw Error(Errc::bad_input, why);
  }

  const fs::path& images_;
  const LabelRule& rule_;
  const std::set<std::string> classes_;
  std::unique_ptr<const PathRule> expression_;
  std::set<std::string> sidecars_;  // masks and annotations
  SourceScan scan_;
};

}  // namespace

const char* name_of(LeftOutFor reason) {
  for (const auto& row : kLeftOutNames) {
    if (row.reason == reason) return row.name;
  }
  return "";
}

SourceScan scan_sources(const fs::path& images, const LabelRule& rule) {
  return Scanner(images, rule).run();
}

std::vector<LabelledFile> scan_class_folders(const fs::path& images) {
  return scan_sources(images, LabelRule()).files;
}

}  // namespace frag
