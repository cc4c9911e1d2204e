#include "libfrag/cutting/early_split.h"

#include <algorithm>
#include <map>

#include "libfrag/base/text.h"
#include "libfrag/dataset/group_rule.h"
#include "libfrag/split/assign.h"

namespace frag {
namespace {

// An expression may tell the pages of such a file apart.
bool may_have_pages(const std::string& name) {
  static const std::vector<std::string> kOnePage = {".jpg", ".jpeg", ".png", ".bmp", ".pgm", ".ppm"};
  return std::find(kOnePage.begin(), kOnePage.end(), lower_extension(name)) == kOnePage.end();
}

}  // namespace

void require_possible_split(const std::vector<LabelledFile>& files, const Recipe& recipe) {
  const std::vector<SplitSide> sides = parse_split(recipe.split);
  const bool all_stated =
      std::all_of(files.begin(), files.end(), [](const auto& file) { return !!file.split; });
  if (all_stated || recipe.labels.within_sources() || recipe.labels.from == LabelsFrom::set) return;
  const GroupRule rule(recipe.group);
  std::map<std::string, std::uint32_t> numbers;
  std::map<std::string, std::uint32_t> class_of;  // of a group
  std::vector<SplitItem> items;
  for (const LabelledFile& file : files) {
    if (rule.is_given() && !file.group && may_have_pages(file.name)) return;
    const std::string group = file.group ? *file.group : rule.group_of(file.name);
    const auto number =
        numbers.emplace(file.class_name, static_cast<std::uint32_t>(numbers.size())).first->second;
    // A group of several classes goes with the one that has most fragments.
    if (class_of.emplace(group, number).first->second != number) return;
    SplitItem item{group, number, 1, std::nullopt};
    if (file.split) {
      const auto side = std::find_if(sides.begin(), sides.end(),
                                     [&file](const SplitSide& one) { return one.name == *file.split; });
      if (side == sides.end()) return;
      item.side = static_cast<std::uint32_t>(side - sides.begin());
    }
    items.push_back(std::move(item));
  }
  std::vector<std::string> classes(numbers.size());
  for (const auto& [name, number] : numbers) classes[number] = name;
  assign_sides(items, sides, recipe.seed, classes);
}

}  // namespace frag
