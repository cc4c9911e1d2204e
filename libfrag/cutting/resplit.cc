#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/group_rule.h"

namespace frag {
namespace {

// Without an expression a file is a group with all its pages and boxes, which stand behind a '#' in the names
// of sources; but the pictures of a set only share a file.
std::string file_of(const Source& source, const Recipe& recipe) {
  std::string name = source.name;
  if (recipe.labels.from == LabelsFrom::set) return name;
  for (std::size_t at = name.rfind('#');
       at != std::string::npos && name.find_first_not_of("0123456789,", at + 1) == std::string::npos;
       at = name.rfind('#')) {
    name.resize(at);
  }
  return name;
}

void group_anew(Tables& tables) {
  const GroupRule rule(tables.recipe.group);
  for (std::size_t i = 0; i < tables.sources.size(); ++i) {
    const Source source = tables.sources[i];
    tables.sources.set_group(i,
                             rule.is_given() ? rule.group_of(source.name) : file_of(source, tables.recipe));
  }
}

bool same_sides(const SourceTable& one, const SourceTable& other) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one.split(i) != other.split(i)) return false;
  }
  return true;
}

bool same_groups(const SourceTable& one, const SourceTable& other) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].group != other[i].group) return false;
  }
  return true;
}

}  // namespace

std::string resplit(const std::filesystem::path& folder, const ResplitOptions& options) {
  const DatasetFolder old(folder);
  Tables tables = old.read_tables();
  tables.parent = old.catalog().id();
  Recipe& recipe = tables.recipe;
  recipe.split =
      options.folds ? std::to_string(*options.folds) + " folds" : options.split.value_or(recipe.split);
  recipe.seed = options.seed.value_or(recipe.seed);
  if (options.group) {
    recipe.group = *options.group;
    recipe.validate();
    if (tables.anonymous)
      throw Error(Errc::usage, folder.string() + ": its names are hashes, which no expression can group");
    group_anew(tables);
  }
  assign_splits(tables, parse_split(recipe.split), recipe.seed);
  if (recipe == old.catalog().recipe() && same_sides(tables.sources, old.catalog().sources()) &&
      (!options.group || same_groups(tables.sources, old.catalog().sources())))
    return old.catalog().id();
  return replace_metadata(folder, tables);
}

}  // namespace frag
