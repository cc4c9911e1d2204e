#include "libfrag/cutting/plan.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <utility>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/cutting/coverage.h"
#include "libfrag/cutting/plan_cost.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/cutting/table_builder.h"
#include "libfrag/dataset/image_sets.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

// Stands for the classes that only the pixels of masks or the polygons of annotations tell.
constexpr const char* kUnknownClass = "any class";

// Tile counts by size: most sources share one.
class Counter {
 public:
  explicit Counter(const Recipe& recipe) : spec_(recipe.tiling()), angles_(recipe.make_angles()) {}

  const Tiling& tiling(std::int64_t width, std::int64_t height) {
    auto found = known_.find({width, height});
    if (found == known_.end())
      found = known_.emplace(std::pair(width, height), Tiling(width, height, angles_, spec_)).first;
    return found->second;
  }
  const std::vector<Angle>& angles() const { return angles_; }

 private:
  const TilingSpec spec_;
  const std::vector<Angle> angles_;
  std::map<std::pair<std::int64_t, std::int64_t>, Tiling> known_;
};

// What the headers of one image file say: the sources it would give, without pixels.
struct Headers {
  std::vector<ExaminedSource> sources;
  std::vector<std::string> problems;
};

// What only the pixels tell is left as it would be if every fragment stayed; the digests, which nothing here
// reads, are of the file's name.
ExaminedSource plan_source(const LabelledFile& entry, const ImageFile& file, const Recipe& recipe,
                           std::uint32_t page, const std::optional<ImageSetLabels>& set) {
  ExaminedSource source;
  source.class_name = entry.class_name;
  source.group = entry.group;
  source.split = entry.split;
  if (recipe.labels.within_sources()) source.class_name = kUnknownClass;
  if (set) {
    source.class_name = set->class_name(page, recipe.labels);
    if (!source.split) source.split = set->split();
  }
  Source& row = source.row;
  const bool is_set = file.format() == ImageFormat::idx || file.format() == ImageFormat::cifar;
  row.name = source_name(entry, file, page);
  row.group = is_set ? row.name : entry.name;
  row.page = page;
  row.level = static_cast<std::uint32_t>(recipe.level);
  row.box = entry.box;
  lay_out_source(file, recipe, row);
  return source;
}

Headers read_headers(const LabelledFile& entry, const Recipe& recipe) {
  Headers headers;
  try {
    SourceFile stored;
    stored.name = entry.name;
    stored.bytes = std::filesystem::file_size(entry.path);
    stored.sha256 = sha256_hex(entry.name);
    const ImageFile file = ImageFile::from_path(entry.path);
    std::optional<ImageSetLabels> set;
    if (recipe.labels.from == LabelsFrom::set) set.emplace(entry.path, file);
    const auto one = entry.page ? entry.page : recipe.page;
    const std::uint32_t first = one ? static_cast<std::uint32_t>(*one) : 0;
    const std::uint32_t end = one ? first + 1 : file.pages();
    for (std::uint32_t page = first; page < end; ++page) {
      ExaminedSource source = plan_source(entry, file, recipe, page, set);
      source.row.file = stored;
      source.row.pixels = stored.sha256.substr(0, 32);
      headers.sources.push_back(std::move(source));
    }
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input && error.code() != Errc::usage) throw;
    headers.problems.emplace_back(error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(Errc::io, entry.path.string() + ": " + error.code().message());
  }
  return headers;
}

std::uint64_t bytes_of_fragment(const Source& row, const Recipe& recipe) {
  const bool whole = recipe.fit == Fit::whole;
  const std::int64_t pixels = whole ? row.width * row.height : recipe.tile * recipe.tile;
  return static_cast<std::uint64_t>(pixels * row.channels * row.bits / 8);
}

// Shares of pixels under the three fits, for the sizes that most sources have.
void add_coverage(Plan& plan, const Recipe& recipe, const std::vector<Angle>& angles) {
  std::stable_sort(plan.sizes.begin(), plan.sizes.end(),
                   [](const PlannedSize& a, const PlannedSize& b) { return a.sources > b.sources; });
  plan.other_sizes = plan.sizes.size() - std::min(plan.sizes.size(), kPlannedSizes);
  plan.sizes.resize(plan.sizes.size() - static_cast<std::size_t>(plan.other_sizes));
  if (recipe.fit == Fit::whole) return;
  constexpr std::array<Fit, 3> kFits{Fit::inscribed, Fit::largest, Fit::cover};
  const std::vector<Angle> upright{make_angle(0)};
  for (PlannedSize& size : plan.sizes) {
    size.coverage.resize(kFits.size());
    oneapi::tbb::parallel_for(std::size_t{0}, kFits.size(), [&](std::size_t i) {
      TilingSpec spec = recipe.tiling();
      spec.fit = kFits[i];
      size.coverage[i] = {kFits[i], covered_share(size.width, size.height, angles, spec),
                          covered_share(size.width, size.height, upright, spec)};
    });
  }
}

class Planner {
 public:
  explicit Planner(const Recipe& recipe) : recipe_(recipe), counter_(recipe) {
    plan_.upper_bounds = recipe.leaves_out() || recipe.labels.within_sources();
    for (const Angle& angle : counter_.angles()) plan_.angles.push_back({angle.millidegrees, 0});
  }

  // Counts `count` sources like `row`; false where it is too small for a fragment.
  bool add(Source& row, std::uint64_t count) {
    const Tiling& tiling = counter_.tiling(row.width, row.height);
    row.fragments = tiling.tiles();
    if (row.fragments == 0) return false;
    plan_.fewest = plan_.sources == 0 ? row.fragments : std::min(plan_.fewest, row.fragments);
    plan_.most = std::max(plan_.most, row.fragments);
    plan_.sources += count;
    plan_.fragments += count * row.fragments;
    plan_.raw_bytes += count * row.fragments * bytes_of_fragment(row, recipe_);
    for (std::size_t i = 0; i < plan_.angles.size(); ++i)
      plan_.angles[i].fragments += count * tiling.grids()[i].tiles();
    sizes_[{row.width, row.height}] += count;
    return true;
  }

  void note(const std::string& text) {
    if (!text.empty()) plan_.notes.push_back(text);
  }
  void skip(const std::string& name, const std::string& reason) { plan_.skipped.push_back({name, reason}); }

  // The sources of one entry, under the name they are reported by.
  void add(const LabelledFile& entry, Headers headers) {
    for (const std::string& problem : headers.problems) skip(entry.name, problem);
    for (ExaminedSource& source : headers.sources) {
      if (!add(source.row, 1)) {
        skip(entry.name, "too small for a fragment of " + std::to_string(recipe_.tile) + " pixels");
        continue;
      }
      if (last_file_ != entry.name) plan_.file_bytes += source.row.file.bytes;
      last_file_ = entry.name;
      stated_ = stated_ || source.split;
      sources_.push_back(std::move(source));
      entries_.push_back(&entry);
    }
  }

  Plan finish() {
    for (const auto& [size, count] : sizes_) plan_.sizes.push_back({size.first, size.second, count, {}});
    add_coverage(plan_, recipe_, counter_.angles());
    if (!sources_.empty()) count_sides();
    return std::move(plan_);
  }

 private:
  // The tables that cut would make, but for what only pixels tell.
  Tables build() const {
    const CutOptions options;
    TableBuilder builder(recipe_, counter_.angles(), options, nullptr);
    for (const ExaminedSource& source : sources_) builder.add(source);
    return builder.finish();
  }

  // Where the split is impossible everything lies on one side: what else there is to say can still be said.
  Tables tables_with_sides() {
    try {
      return build();
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      plan_.split_problem = error.what();
    }
    for (ExaminedSource& source : sources_) source.split = "train";
    return build();
  }

  void count_sides() {
    const Catalog catalog("planned", tables_with_sides());
    const bool named = !recipe_.labels.within_sources();
    std::map<std::string, PlannedClass> sides;
    for (const Source& source : catalog.sources()) {
      PlannedClass& side = sides[source.split];
      ++side.sources;
      side.fragments += source.fragments;
      if (!named) continue;
      PlannedClass& planned = plan_.classes[catalog.classes()[source.class_number]];
      ++planned.sources;
      planned.fragments += source.fragments;
    }
    if (plan_.split_problem.empty()) {
      for (const std::string& name : catalog.splits()) plan_.splits.emplace_back(name, sides.at(name));
      if (!stated_) note(note_on_sides(catalog));
    }
    plan_.cost = measure_cost(catalog, entries_);
  }

  const Recipe& recipe_;
  Counter counter_;
  Plan plan_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> sizes_;
  std::vector<ExaminedSource> sources_;
  std::vector<const LabelledFile*> entries_;  // of each source
  std::string last_file_;
  bool stated_ = false;  // a side, by the labels
};

}  // namespace

Plan plan_size(std::int64_t width, std::int64_t height, std::uint64_t sources, const Recipe& recipe) {
  recipe.validate();
  Source row;
  row.width = width;
  row.height = height;
  row.channels = recipe.channels == Channels::rgb ? 3 : 1;
  row.bits = static_cast<int>(recipe.bits);
  Planner planner(recipe);
  planner.add(row, sources);
  return planner.finish();
}

Plan plan_folder(const std::filesystem::path& images, const Recipe& recipe) {
  recipe.validate();
  const SourceScan scan = scan_sources(images, recipe.labels);
  std::vector<Headers> headers(scan.files.size());
  {
    Progress progress("plan", scan.files.size(), "images");
    oneapi::tbb::parallel_for(std::size_t{0}, scan.files.size(), [&](std::size_t i) {
      throw_if_stopped();
      headers[i] = read_headers(scan.files[i], recipe);
      progress.add(1);
    });
  }
  Planner planner(recipe);
  for (const std::string& text : scan.notes) planner.note(text);
  planner.note(note_on_shares(recipe.split));
  for (const LeftOut& left : scan.left_out) {
    if (left.reason != LeftOutFor::unlisted) planner.skip(left.name, left.text);
  }
  for (std::size_t i = 0; i < scan.files.size(); ++i) planner.add(scan.files[i], std::move(headers[i]));
  return planner.finish();
}

}  // namespace frag
