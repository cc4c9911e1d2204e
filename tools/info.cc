// frag info: what a dataset holds.
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/folder.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  bool json = false;
};

struct Count {
  std::uint64_t sources = 0;    // that have fragments of the class
  std::uint64_t fragments = 0;  // kept ones
};
using Table = std::map<std::string, std::map<std::string, Count>>;  // split, class

Table count(const Catalog& catalog) {
  Table table;
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    auto& side = table[std::string(catalog.sources().split(i))];
    for (const ClassRun& run : catalog.runs(i)) {
      Count& cell = side[catalog.classes()[run.class_number]];
      ++cell.sources;
      cell.fragments += run.count;
    }
  }
  return table;
}

// The kinds of pixels that the sources have: "8-bit grey", "8-bit RGB", "16-bit grey".
std::set<std::string> pixel_kinds(const Catalog& catalog) {
  std::set<std::string> kinds;
  for (std::size_t i = 0; i < catalog.sources().size(); ++i) {
    kinds.insert(std::to_string(catalog.sources().bits(i)) + "-bit " +
                 (catalog.sources().channels(i) == 1 ? "grey" : "RGB"));
  }
  return kinds;
}

Json info_json(const Catalog& catalog, const Table& table) {
  Json splits = Json::object();
  for (const std::string& split : catalog.splits()) {
    splits[split] = Json::object();
    for (const auto& [name, cell] : table.at(split)) {
      splits[split][name] = {{"sources", cell.sources}, {"fragments", cell.fragments}};
    }
  }
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
          {"splits", splits}};
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

void print_info(const Catalog& catalog, const Table& table) {
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
  std::cout << "\n\n"
            << std::left << std::setw(10) << "split" << std::setw(24) << "class" << std::right << std::setw(9)
            << "sources" << std::setw(14) << "fragments"
            << "\n";
  for (const std::string& split : catalog.splits()) {
    for (const auto& [name, cell] : table.at(split)) {
      std::cout << std::left << std::setw(10) << split << std::setw(24) << name << std::right << std::setw(9)
                << format_count(cell.sources) << std::setw(14) << format_count(cell.fragments) << "\n";
    }
  }
}

void run(const Options& options) {
  const DatasetFolder folder(options.dataset);
  const Table table = count(folder.catalog());
  if (options.json) {
    std::cout << info_json(folder.catalog(), table).dump() << "\n";
  } else {
    print_info(folder.catalog(), table);
  }
}

}  // namespace

void add_info(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(program, "info", "Says what a dataset holds", "frag info gels.frag");
  command->add_option("dataset", options->dataset, "A dataset folder")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options] { run(*options); });
}

}  // namespace frag
