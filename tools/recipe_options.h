// A recipe from the command line: a TOML file, and options that override its keys.
#pragma once

#include <string>
#include <vector>

#include "libfrag/cli/program.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

class RecipeOptions {
 public:
  // Adds --recipe, --tile, --overlap, --angles, --fit and --channels.
  void add_to(CLI::App& command);
  // Adds --split, --group and --seed, which only commands that divide a dataset have.
  void add_split_to(CLI::App& command);

  // The recipe asked for: the file's, or the defaults, with the options given put over it. Validated.
  Recipe resolve() const;

  std::string file;  // of the recipe; empty for none

 private:
  Recipe given_;
  std::string fit_, channels_;
  CLI::Option *tile_ = nullptr, *overlap_ = nullptr, *angles_ = nullptr, *fit_option_ = nullptr,
              *channels_option_ = nullptr, *split_ = nullptr, *group_ = nullptr, *seed_ = nullptr;
};

// Prints which images were left out and why, to standard error.
void print_skipped(const std::vector<SkippedImage>& skipped);

}  // namespace frag
