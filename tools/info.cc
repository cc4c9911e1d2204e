// frag info: what a dataset holds.
#include <iostream>
#include <memory>
#include <set>

#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/folder.h"
#include "tools/commands.h"
#include "tools/side_table.h"

namespace frag {
namespace {

struct InfoArguments {
  std::string dataset;
  bool json = false;
  bool sources = false;
};

// The kinds of pixels that the sources have: "8-bit grey", "8-bit RGB", "16-bit grey".
std::set<std::string> pixel_kinds(const Catalog& catalog) {
  std::set<std::string> kinds;
  for (std::size_t i = 0; i < catalog.sources().size(); ++i) {
    kinds.insert(std::to_string(catalog.sources().bits(i)) + "-bit " +
                 (catalog.sources().channels(i) == 1 ? "grey" : "RGB"));
  }
  return kinds;
}

Json info_json(const Catalog& catalog, const SideTable& table) {
  return {{"id", catalog.id()},
          {"parent", catalog.parent().empty() ? Json(nullptr) : Json(catalog.parent())},
          {"recipe", to_json(catalog.recipe())},
          {"sources", catalog.sources().size()},
          {"fragments", catalog.fragments()},
          {"kept", catalog.kept()},
          {"left_out", catalog.fragments() - catalog.kept()},
          {"classes", catalog.classes()},
          {"pixels", pixel_kinds(catalog)},
          {"labels", to_json(catalog.recipe().labels)},
          {"stripped", catalog.stripped()},
          {"anonymous", catalog.anonymous()},
          {"in_place", catalog.in_place().empty() ? Json(nullptr) : Json(catalog.in_place())},
          {"splits", to_json(catalog.splits(), table)}};
}

// What the sources are stored as, where it is not the images byte for byte under their own names.
void print_storage(const Catalog& catalog) {
  if (catalog.stripped()) std::cout << "store      stripped: the pixels that are used, and nothing else\n";
  if (!catalog.in_place().empty())
    std::cout << "store      none: files in place in " << catalog.in_place() << "\n";
  if (catalog.anonymous()) std::cout << "names      anonymous\n";
}

void print_recipe(const Catalog& catalog) {
  const Recipe& recipe = catalog.recipe();
  std::cout << "recipe     fit " << name_of(recipe.fit);
  if (recipe.fit != Fit::whole) {
    std::cout << ", tile " << recipe.tile << " px, stride " << recipe.tiling().stride << " px, "
              << catalog.angles().size() << " angles (" << recipe.angles << " degrees)";
  }
  std::cout << ", channels " << name_of(recipe.channels) << "\n"
            << "labels     from " << name_of(recipe.labels.from) << "\n";
}

void print_info(const Catalog& catalog, const SideTable& table) {
  const std::set<std::string> kinds = pixel_kinds(catalog);
  std::cout << "id         " << catalog.id() << "\n";
  if (!catalog.parent().empty()) std::cout << "parent     " << catalog.parent() << "\n";
  print_recipe(catalog);
  print_storage(catalog);
  std::cout << "pixels     " << join({kinds.begin(), kinds.end()}, ", ") << "\n"
            << "sources    " << format_count(catalog.sources().size()) << "\n"
            << "fragments  " << format_count(catalog.kept());
  if (catalog.kept() != catalog.fragments())
    std::cout << " kept, " << format_count(catalog.fragments() - catalog.kept()) << " left out";
  std::cout << "\n\n";
  print_sides(catalog.splits(), table);
}

// A line a source, by its number.
void print_sources(const Catalog& catalog) {
  std::cout << "number\tside\tfragments\tsource\n";
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    std::uint64_t kept = 0;
    for (const ClassRun& run : catalog.runs(i)) kept += run.count;
    std::cout << i << "\t" << catalog.sources().split(i) << "\t" << kept << "\t" << catalog.sources()[i].name
              << "\n";
  }
}

void run(const InfoArguments& arguments) {
  const DatasetFolder folder(arguments.dataset);
  if (arguments.sources) return print_sources(folder.catalog());
  const SideTable table = count_sides(folder.catalog());
  if (arguments.json) {
    std::cout << info_json(folder.catalog(), table).dump() << "\n";
  } else {
    print_info(folder.catalog(), table);
  }
}

}  // namespace

void add_info(CLI::App& program) {
  auto arguments = std::make_shared<InfoArguments>();
  CLI::App* command = add_command(program, "info", "Says what a dataset holds", "frag info gels.frag");
  command->add_option("dataset", arguments->dataset, "A dataset folder")->required();
  command->add_flag("--json", arguments->json, "Print JSON");
  command->add_flag("--sources", arguments->sources, "List the sources instead, with their numbers");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
