// A recipe from the command line: a TOML file, and an option for each of its keys that goes before it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/cli/program.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

class RecipeOptions {
 public:
  // Adds --recipe and an option a key: min_detail becomes --min-detail. `command` and this object live
  // equally long.
  void add_to(CLI::App& command);

  // The recipe asked for: the file's, or the defaults, with the options given put over it. Validated.
  Recipe resolve() const;

  // The keys that the command line gives; nothing where it names a file, which speaks of all.
  std::optional<std::vector<std::string>> asked_keys() const;

  std::string file;  // of the recipe; empty for none

 private:
  std::vector<std::pair<const RecipeKey*, std::string>> given_;
};

// Prints which images were left out and why, and what may be a mistake, to standard error.
void print_skipped(const std::vector<SkippedImage>& skipped);
void print_notes(const std::vector<std::string>& notes);

}  // namespace frag
