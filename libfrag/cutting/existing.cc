#include "libfrag/cutting/existing.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

bool is_asked(const CutOptions& options, std::string_view key) {
  return !options.asked_keys ||
         std::find(options.asked_keys->begin(), options.asked_keys->end(), key) != options.asked_keys->end();
}

// The dataset's recipe with what was asked for put over it.
Recipe asked_over(const Recipe& its, const CutOptions& options) {
  Recipe asked = its;
  if (is_asked(options, "overlap")) asked.stride = 0;
  for (const RecipeKey& key : recipe_keys()) {
    if (is_asked(options, key.name)) key.set(asked, key.get(options.recipe));
  }
  return asked;
}

void require_recipe(const Catalog& old, const CutOptions& options) {
  const Recipe asked = asked_over(old.recipe(), options);
  for (const RecipeKey& key : recipe_keys()) {
    const Json wanted = key.get(asked), has = key.get(old.recipe());
    if (wanted == has) continue;
    const std::string_view name = key.name;
    const bool of_split = name == "split" || name == "seed" || name == "group";
    throw Error(Errc::usage, options.dataset.string() + ": exists already and has " + key.name + " " +
                                 has.dump() + ", not " + wanted.dump() +
                                 "; leave the recipe out to add images by its own, " +
                                 (of_split ? "give it another split with frag split, " : "") +
                                 "choose another name, or make it anew with --force");
  }
}

[[noreturn]] void refuse(const DatasetFolder& old, const std::string& what, const char* option) {
  throw Error(Errc::usage, old.path().string() + ": its sources are " + what +
                               ", so what is added must be alike; leave out " + option +
                               ", choose another name, or make it anew with --force");
}

void require_storage(const DatasetFolder& old, const CutOptions& options) {
  const Catalog& its = old.catalog();
  if (options.storage == Storage::strip && !its.stripped()) refuse(old, "not stripped", "--strip");
  if (options.storage == Storage::in_place && its.in_place().empty())
    refuse(old, "not used in place", "--in-place");
  if (options.anonymous && !its.anonymous()) refuse(old, "not anonymous", "--anonymous");
  if (!its.in_place().empty() && fs::canonical(options.images) != its.in_place()) {
    throw Error(Errc::usage, old.path().string() + ": its sources are used in place in " + its.in_place() +
                                 ", so what is added must lie there, too");
  }
}

}  // namespace

std::unique_ptr<const DatasetFolder> open_existing(const CutOptions& options) {
  const fs::path& path = options.dataset;
  if (!fs::exists(path)) return nullptr;
  if (!fs::exists(path / kDatasetFile))
    throw Error(Errc::usage, path.string() + ": exists already and is no dataset; choose another name");
  if (options.on_existing == OnExisting::replace) return nullptr;
  auto old = std::make_unique<const DatasetFolder>(path);
  require_recipe(old->catalog(), options);
  require_storage(*old, options);
  return old;
}

CutOptions adopt(CutOptions options, const DatasetFolder& old) {
  const Catalog& its = old.catalog();
  options.storage = its.stripped()           ? Storage::strip
                    : its.in_place().empty() ? Storage::copy
                                             : Storage::in_place;
  options.anonymous = its.anonymous();
  return options;
}

}  // namespace frag
