#include "libfrag/base/digest.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/labels.h"

namespace frag {

void assign_splits(Tables& tables, const std::vector<SplitSide>& sides, std::uint64_t seed) {
  std::vector<SplitItem> items;
  items.reserve(tables.sources.size());
  for (const Source& source : tables.sources)
    items.push_back({source.group, source.class_number, source.fragments});
  const auto chosen = assign_sides(items, sides, seed, tables.classes);
  for (std::size_t i = 0; i < chosen.size(); ++i) tables.sources[i].split = sides[chosen[i]].name;
}

std::string resplit(const std::filesystem::path& folder, const ResplitOptions& options) {
  const DatasetFolder old(folder);
  Tables tables = decode_tables(old.metadata().dataset_json, old.metadata().sources_jsonl);
  tables.parent = old.catalog().id();
  Recipe& recipe = tables.recipe;
  recipe.split =
      options.folds ? std::to_string(*options.folds) + " folds" : options.split.value_or(recipe.split);
  recipe.seed = options.seed.value_or(recipe.seed);
  if (options.group) {
    recipe.group = *options.group;
    recipe.validate();
    const GroupRule rule(recipe.group);
    for (Source& source : tables.sources) source.group = rule.group_of(source.name);
  }
  assign_splits(tables, parse_split(recipe.split), recipe.seed);
  const MetadataFiles files = encode(tables);
  replace_metadata(folder, files);
  return sha256_hex(files.dataset_json);
}

}  // namespace frag
