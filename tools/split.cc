// frag split: another split of a dataset, without cutting again.
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/cutting/sides.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  ResplitOptions resplit;
};

void run(const Options& options) {
  if (options.resplit.split && options.resplit.folds)
    throw Error(Errc::usage, "give --split or --folds, not both");
  const std::string id = resplit(options.dataset, options.resplit);
  std::cout << options.dataset << ": split anew\nid " << id << "\n";
}

}  // namespace

void add_split(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(program, "split", "Gives a dataset a new split; only its table changes",
                                  "frag split gels.frag --folds 5 --seed 2");
  command->add_option("dataset", options->dataset, "A dataset folder")->required();
  command->add_option("--split", options->resplit.split, "Shares of train/val/test, or train/test");
  command->add_option("--folds", options->resplit.folds, "K folds instead: fold0, fold1, ...");
  command->add_option("--group", options->resplit.group,
                      "Regular expression on the path for the groups; \"\" for none");
  command->add_option("--seed", options->resplit.seed, "Seed of the split; default: the dataset's");
  command->callback([options] { run(*options); });
}

}  // namespace frag
