// frag split: another split of a dataset, without cutting again.
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "tools/commands.h"
#include "tools/recipe_options.h"
#include "tools/side_table.h"

namespace frag {
namespace {

struct SplitArguments {
  std::string dataset;
  ResplitOptions resplit;
  bool json = false;
};

void run(const SplitArguments& arguments) {
  if (arguments.resplit.split && arguments.resplit.folds)
    throw Error(Errc::usage, "give --split or --folds, not both");
  const ResplitOptions& wanted = arguments.resplit;
  if (!wanted.split && !wanted.folds && !wanted.group && !wanted.seed)
    throw Error(Errc::usage, "say what is to change: --split, --folds, --group or --seed");
  const std::string before = DatasetFolder(arguments.dataset).catalog().id();
  const std::string id = resplit(arguments.dataset, wanted);
  const DatasetFolder folder(arguments.dataset);
  const Catalog& catalog = folder.catalog();
  std::vector<std::string> notes = {wanted.split ? note_on_shares(*wanted.split) : "",
                                    note_on_sides(catalog)};
  std::erase(notes, "");
  print_notes(notes);
  if (arguments.json) {
    const Json sides = to_json(catalog.splits(), count_sides(catalog));
    std::cout << Json{{"id", id}, {"changed", id != before}, {"splits", sides}, {"notes", notes}}.dump()
              << "\n";
    return;
  }
  std::cout << arguments.dataset << (id == before ? ": has this split already" : ": split anew") << "\n\n";
  print_sides(catalog.splits(), count_sides(catalog));
  std::cout << "\nid " << id << "\n";
}

}  // namespace

void add_split(CLI::App& program) {
  auto arguments = std::make_shared<SplitArguments>();
  CLI::App* command = add_command(program, "split", "Gives a dataset a new split; only its table changes",
                                  "frag split gels.frag --folds 5 --seed 2");
  command->add_option("dataset", arguments->dataset, "A dataset folder")->required();
  command->add_option("--split", arguments->resplit.split,
                      "Shares of train/val/test or train/test, or one side alone (train, test)");
  command->add_option("--folds", arguments->resplit.folds, "K folds instead: fold0, fold1, ...");
  command->add_option("--group", arguments->resplit.group,
                      "Regular expression on the path for the groups; \"\" for none");
  command->add_option("--seed", arguments->resplit.seed, "Seed of the split; default: the dataset's");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
