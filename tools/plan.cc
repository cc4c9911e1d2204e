// frag plan: counts, bytes and times before anything runs.
#include "libfrag/cutting/plan.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"
#include "tools/recipe_options.h"
#include "tools/side_table.h"

namespace frag {
namespace {

struct PlanOptions {
  std::string input;
  std::string size;
  std::uint64_t sources = 1;
  bool json = false;
  RecipeOptions recipe;
};

Json counts_json(const PlannedClass& planned) {
  return {{"sources", planned.sources}, {"fragments", planned.fragments}};
}

Json sizes_json(const Plan& plan) {
  Json sizes = Json::array();
  for (const PlannedSize& size : plan.sizes) {
    Json coverage = Json::object();
    for (const PlannedCoverage& fit : size.coverage)
      coverage[name_of(fit.fit)] = {{"turned", fit.turned}, {"upright", fit.upright}};
    sizes.push_back(
        {{"width", size.width}, {"height", size.height}, {"sources", size.sources}, {"covered", coverage}});
  }
  return sizes;
}

Json cost_json(const std::optional<PlanCost>& cost) {
  if (!cost) return nullptr;
  Json exports = Json::object();
  for (const PlannedExport& one : cost->exports)
    exports[one.name] = {{"bytes", one.bytes}, {"seconds", one.seconds}};
  return {{"threads", cost->threads},
          {"measured_sources", cost->measured_sources},
          {"measured_fragments", cost->measured_fragments},
          {"cut_seconds", cost->cut_seconds},
          {"exports", exports}};
}

Json plan_json(const Plan& plan) {
  Json classes = Json::object(), splits = Json::object(), angles = Json::object();
  for (const auto& [name, planned] : plan.classes) classes[name] = counts_json(planned);
  for (const auto& [name, planned] : plan.splits) splits[name] = counts_json(planned);
  for (const PlannedAngle& angle : plan.angles) angles[format_degrees(angle.millidegrees)] = angle.fragments;
  Json skipped = Json::array();
  for (const auto& image : plan.skipped) skipped.push_back({{"name", image.name}, {"reason", image.reason}});
  return {{"sources", plan.sources},
          {"fragments", plan.fragments},
          {"upper_bounds", plan.upper_bounds},
          {"fragments_per_source", plan.fewest == plan.most ? Json(plan.most) : Json(nullptr)},
          {"fewest_per_source", plan.fewest},
          {"most_per_source", plan.most},
          {"dataset_bytes", plan.file_bytes},
          {"raw_fragment_bytes", plan.raw_bytes},
          {"classes", classes},
          {"splits", splits},
          {"split_problem", plan.split_problem.empty() ? Json(nullptr) : Json(plan.split_problem)},
          {"angles", angles},
          {"sizes", sizes_json(plan)},
          {"other_sizes", plan.other_sizes},
          {"cost", cost_json(plan.cost)},
          {"notes", plan.notes},
          {"skipped", skipped}};
}

// Columns of at least so many characters.
void print_row(const std::string& name, const std::vector<std::string>& cells) {
  std::cout << padded(name, 24) << std::right;
  for (const std::string& cell : cells) std::cout << std::setw(19) << cell;
  std::cout << "\n";
}

std::string percent(double share) {
  return format_fixed(share * 100, 1) + " %";
}

void print_counts(const std::string& title, const std::vector<std::pair<std::string, PlannedClass>>& rows,
                  std::uint64_t fragments) {
  if (rows.empty()) return;
  std::cout << "\n";
  print_row(title, {"sources", "fragments", "share"});
  for (const auto& [name, planned] : rows) {
    print_row(name, {format_count(planned.sources), format_count(planned.fragments),
                     percent(static_cast<double>(planned.fragments) / static_cast<double>(fragments))});
  }
}

void print_angles(const std::vector<PlannedAngle>& angles) {
  if (angles.size() < 2) return;
  const auto fewer = [](const PlannedAngle& a, const PlannedAngle& b) { return a.fragments < b.fragments; };
  const auto fewest = std::min_element(angles.begin(), angles.end(), fewer);
  const auto most = std::max_element(angles.begin(), angles.end(), fewer);
  std::cout << "\nby angle: from " << format_count(fewest->fragments) << " fragments at "
            << format_degrees(fewest->millidegrees) << " degrees to " << format_count(most->fragments)
            << " at " << format_degrees(most->millidegrees) << "\n";
}

void print_coverage(const Plan& plan) {
  if (plan.sizes.empty() || plan.sizes.front().coverage.empty()) return;
  std::cout << "\n";
  print_row("shown of each image", {"at these angles", "at 0 degrees only"});
  for (const PlannedSize& size : plan.sizes) {
    std::cout << "  " << size.width << "x" << size.height << ", " << format_count(size.sources)
              << (size.sources == 1 ? " source\n" : " sources\n");
    for (const PlannedCoverage& fit : size.coverage)
      print_row(std::string("    with fit ") + name_of(fit.fit), {percent(fit.turned), percent(fit.upright)});
  }
  if (plan.other_sizes > 0)
    std::cout << "  and " << format_count(plan.other_sizes) << " sizes of fewer sources\n";
}

std::string about_seconds(double seconds) {
  return seconds < 1 ? "under 1 s" : "about " + format_seconds(seconds);
}

std::string what_of(const PlannedExport& one) {
  if (one.name == "coordinates") return "coordinates, CSV";
  return (one.name == "jpg" ? "jpg, quality " + std::to_string(kSampleJpegQuality) : one.name) + ", tar";
}

void print_cost(const Plan& plan) {
  if (!plan.cost) return;
  const PlanCost& cost = *plan.cost;
  std::cout << "\n";
  print_row("on disk, about", {"size", "time here"});
  print_row("the dataset", {format_bytes(plan.file_bytes), about_seconds(cost.cut_seconds)});
  for (const PlannedExport& one : cost.exports)
    print_row("  " + what_of(one), {format_bytes(one.bytes), about_seconds(one.seconds)});
  std::cout << "(times for " << cost.threads << (cost.threads == 1 ? " thread" : " threads")
            << " with nothing else running, from " << format_count(cost.measured_sources)
            << (cost.measured_sources == 1 ? " image" : " images") << " decoded and "
            << format_count(cost.measured_fragments) << " fragments rendered and encoded just now)\n";
}

void print_total(const Plan& plan, const Recipe& recipe) {
  const std::size_t angles = plan.angles.size();
  if (recipe.fit == Fit::whole) {
    std::cout << "every image is one fragment\n";
  } else {
    std::cout << "tiles of " << recipe.tile << " px, a tile every " << recipe.tiling().stride << " px, "
              << angles << (angles == 1 ? " angle" : " angles") << ", fit " << name_of(recipe.fit) << "\n";
  }
  const std::string each = plan.fewest == plan.most
                               ? format_count(plan.most)
                               : format_count(plan.fewest) + " to " + format_count(plan.most);
  std::cout << format_count(plan.sources) << (plan.sources == 1 ? " source" : " sources") << " with " << each
            << (plan.most == 1 ? " fragment each: " : " fragments each: ") << format_count(plan.fragments)
            << " fragments\n";
  if (plan.upper_bounds) {
    std::cout << "these counts are upper bounds: the recipe leaves fragments out by what they show, which "
                 "only cutting finds out\n";
  }
  std::cout << "their pixels alone would take " << format_bytes(plan.raw_bytes)
            << "; a dataset keeps the images";
  if (plan.file_bytes > 0) std::cout << ", " << format_bytes(plan.file_bytes);
  std::cout << "\n";
}

void print_plan(const Plan& plan, const Recipe& recipe, bool of_images) {
  print_total(plan, recipe);
  print_counts("class", {plan.classes.begin(), plan.classes.end()}, plan.fragments);
  if (of_images && plan.sources > 0 && plan.classes.empty())
    std::cout << "\nclasses lie within the sources: only cutting counts them, and its sides may differ\n";
  print_counts("side", plan.splits, plan.fragments);
  print_angles(plan.angles);
  print_coverage(plan);
  print_cost(plan);
  if (!of_images)
    std::cout << "\nencoded sizes and times depend on the images: give their folder instead of --size\n";
  else if (!plan.cost && plan.sources > 0)
    std::cout << "\nno encoded sizes and times: no image could be decoded at once to measure them\n";
}

void run(PlanOptions& options) {
  const bool is_recipe = std::filesystem::path(options.input).extension() == ".toml";
  if (is_recipe) options.recipe.file = options.input;
  const bool has_folder = !options.input.empty() && !is_recipe;
  if (has_folder != options.size.empty()) {
    throw Error(Errc::usage,
                "plan needs either a folder of images, or --size WIDTHxHEIGHT (with --sources N)");
  }
  const Recipe recipe = options.recipe.resolve();
  Plan plan;
  if (has_folder) {
    plan = plan_folder(options.input, recipe);
  } else {
    const auto [width, height] = parse_size(options.size);
    plan = plan_size(width, height, options.sources, recipe);
  }
  print_skipped(plan.skipped);
  print_notes(plan.notes);
  if (options.json) {
    std::cout << plan_json(plan).dump() << "\n";
  } else {
    print_plan(plan, recipe, has_folder);
  }
  std::cout.flush();
  if (!plan.skipped.empty()) {
    throw Error(Errc::partial, std::to_string(plan.skipped.size()) + " of " +
                                   std::to_string(plan.skipped.size() + plan.sources) +
                                   " images cannot be cut");
  }
  if (!plan.split_problem.empty()) throw Error(Errc::bad_input, "cut would refuse: " + plan.split_problem);
}

}  // namespace

void add_plan(CLI::App& program) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = add_command(program, "plan", "Counts, bytes and times before anything runs",
                                  "frag plan --size 2272x1704 --sources 654 --fit inscribed");
  command->add_option("input", options->input, "A folder of class folders, or a recipe (with --size)");
  command->add_option("--size", options->size, "Size of a source in pixels, as in 2272x1704");
  command->add_option("--sources", options->sources, "How many sources of that size")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "Print JSON");
  options->recipe.add_to(*command);
  command->callback([options] { run(*options); });
}

}  // namespace frag
