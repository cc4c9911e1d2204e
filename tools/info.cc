// frag info: what a dataset holds.
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>

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
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
};
using Table = std::map<std::string, std::map<std::string, Count>>;  // split, class

Table count(const Catalog& catalog) {
  Table table;
  for (const Source& source : catalog.sources()) {
    Count& cell = table[source.split][catalog.classes()[source.class_number]];
    ++cell.sources;
    cell.fragments += source.fragments;
  }
  return table;
}

Json info_json(const Catalog& catalog, const Table& table) {
  Json splits = Json::object();
  for (const std::string& split : catalog.splits()) {
    for (const auto& [name, cell] : table.at(split)) {
      splits[split][name] = {{"sources", cell.sources}, {"fragments", cell.fragments}};
    }
  }
  return {{"id", catalog.id()},
          {"parent", catalog.parent().empty() ? Json(nullptr) : Json(catalog.parent())},
          {"recipe", to_json(catalog.recipe())},
          {"sources", catalog.sources().size()},
          {"fragments", catalog.fragments()},
          {"classes", catalog.classes()},
          {"splits", splits}};
}

void print_info(const Catalog& catalog, const Table& table) {
  const Recipe& recipe = catalog.recipe();
  std::cout << "id         " << catalog.id() << "\n";
  if (!catalog.parent().empty()) std::cout << "parent     " << catalog.parent() << "\n";
  std::cout << "recipe     fit " << name_of(recipe.fit);
  if (recipe.fit != Fit::whole) {
    std::cout << ", tile " << recipe.tile << " px, stride " << recipe.tiling().stride << " px, "
              << catalog.angles().size() << " angles (" << recipe.angles << " degrees)";
  }
  std::cout << ", channels " << name_of(recipe.channels) << "\n"
            << "sources    " << format_count(catalog.sources().size()) << "\n"
            << "fragments  " << format_count(catalog.fragments()) << "\n\n"
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
