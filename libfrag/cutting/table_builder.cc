#include "libfrag/cutting/table_builder.h"

#include <algorithm>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/sides.h"

namespace frag {
namespace fs = std::filesystem;

TableBuilder::TableBuilder(const Recipe& recipe, const std::vector<Angle>& angles, const CutOptions& options,
                           const DatasetFolder* old)
    : groups_(recipe.group) {
  tables_.recipe = recipe;
  tables_.angles = angles;
  tables_.stripped = options.storage == Storage::strip;
  tables_.anonymous = options.anonymous;
  if (options.storage == Storage::in_place) tables_.in_place = fs::canonical(options.images).string();
  if (options.anonymous) {
    const fs::path key = key_file_of(options.dataset);
    if (old != nullptr && !fs::exists(key)) {
      throw Error(Errc::not_found,
                  key.string() + ": missing; without it nobody knows which images the dataset has already");
    }
    anonymiser_.emplace(key);
  }
  if (old != nullptr) take_old(*old);
}

void TableBuilder::take_old(const DatasetFolder& old) {
  tables_ = old.read_tables();
  tables_.parent = old.catalog().id();
  known_.emplace(old, anonymiser_ ? &*anonymiser_ : nullptr);
}

StorePosition TableBuilder::store_begin() const {
  StorePosition position;
  position.shards = static_cast<std::uint32_t>(tables_.shards.size());
  position.files = tables_.sources.files();
  return position;
}

void TableBuilder::require_group(const LabelledFile& file) const {
  if (!file.group && groups_.is_given()) groups_.group_of(file.name);
}

void TableBuilder::add(ExaminedSource source) {
  Source& row = source.row;
  row.group = source.group ? *source.group : groups_.is_given() ? groups_.group_of(row.name) : row.group;
  if (anonymiser_) {
    row.name = anonymiser_->hide(row.name);
    row.group = anonymiser_->hide(row.group);
  }
  added_.push_back(std::move(source));
}

// Old classes keep their numbers; new ones follow, in the order that the recipe gives them or by name.
void TableBuilder::number_classes() {
  std::set<std::string> found;
  for (const ExaminedSource& source : added_) {
    if (source.kept.empty()) found.insert(source.class_name);
    for (const ClassBits& kept : source.kept) found.insert(kept.class_name);
  }
  std::vector<std::string> ordered;
  for (const std::string& name : tables_.recipe.labels.classes) {
    if (found.erase(name) != 0) ordered.push_back(name);
  }
  std::vector<std::string> rest(found.begin(), found.end());
  // The pictures of a set without names have numbers, whose order is that of numbers.
  if (tables_.recipe.labels.from == LabelsFrom::set && std::all_of(rest.begin(), rest.end(), parse_integer)) {
    std::sort(rest.begin(), rest.end(),
              [](const std::string& a, const std::string& b) { return parse_integer(a) < parse_integer(b); });
  }
  ordered.insert(ordered.end(), rest.begin(), rest.end());
  for (const std::string& name : ordered) {
    if (std::find(tables_.classes.begin(), tables_.classes.end(), name) == tables_.classes.end())
      tables_.classes.push_back(name);
  }
  for (std::size_t i = 0; i < tables_.classes.size(); ++i)
    numbers_[tables_.classes[i]] = static_cast<std::uint32_t>(i);
}

std::uint32_t TableBuilder::class_number(const std::string& name) const {
  return numbers_.at(name);
}

Tables TableBuilder::finish() {
  number_classes();
  std::vector<std::optional<std::string>> stated;
  for (std::size_t i = 0; i < tables_.sources.size(); ++i) stated.emplace_back(tables_.sources.split(i));
  auto labels = std::make_shared<LabelBits>(*tables_.labels);
  for (ExaminedSource& source : added_) {
    Source& row = source.row;
    row.class_number = source.class_name.empty() ? kNoClass : class_number(source.class_name);
    std::sort(source.kept.begin(), source.kept.end(), [this](const ClassBits& a, const ClassBits& b) {
      return class_number(a.class_name) < class_number(b.class_name);
    });
    for (const ClassBits& kept : source.kept) {
      const auto count = static_cast<std::uint64_t>(std::count(kept.bits.begin(), kept.bits.end(), true));
      row.kept.push_back({class_number(kept.class_name), count, labels->append(kept.bits)});
    }
    row.split = "train";  // until sides are assigned
    tables_.sources.push_back(row);
    stated.push_back(source.split);
  }
  added_.clear();
  labels->seal();
  tables_.labels = labels;
  // A group that the old dataset holds stays where it is, whatever a table says of its new members: two sides
  // would be an error.
  assign_splits(tables_, parse_split(tables_.recipe.split), tables_.recipe.seed, stated);
  if (anonymiser_) anonymiser_->save();
  return std::move(tables_);
}

}  // namespace frag
