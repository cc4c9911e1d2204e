#include "libfrag/cutting/sides.h"

#include <algorithm>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// Exactly the sides that are stated, with equal shares: they decide nothing any more.
std::vector<SplitSide> stated_sides(std::span<const std::optional<std::string>> stated) {
  std::set<std::string> names;
  for (const auto& name : stated) names.insert(*name);
  std::vector<SplitSide> sides;
  for (const std::string& name : names) sides.push_back({name, 1.0 / static_cast<double>(names.size())});
  return sides;
}

std::uint32_t side_named(const std::vector<SplitSide>& sides, const std::string& name, const Source& source) {
  std::vector<std::string> names;
  for (const SplitSide& side : sides) {
    if (side.name == name) return static_cast<std::uint32_t>(names.size());
    names.push_back(side.name);
  }
  throw Error(Errc::bad_input, "source " + source.name + " is to lie on side \"" + name +
                                   "\", and the split has " + join(names, ", ") +
                                   "; say the side of every image, or of none on other sides than these");
}

}  // namespace

void assign_splits(Tables& tables, const std::vector<SplitSide>& wanted, std::uint64_t seed,
                   std::span<const std::optional<std::string>> stated) {
  const bool all_stated =
      !stated.empty() && std::all_of(stated.begin(), stated.end(), [](const auto& name) { return !!name; });
  const std::vector<SplitSide> sides = all_stated ? stated_sides(stated) : wanted;
  std::vector<SplitItem> items;
  std::vector<std::size_t> first_item;  // of each source
  for (std::size_t i = 0; i < tables.sources.size(); ++i) {
    const Source source = tables.sources[i];
    SplitItem item{source.group, source.class_number, source.fragments, std::nullopt};
    if (!stated.empty() && stated[i]) item.side = side_named(sides, *stated[i], source);
    first_item.push_back(items.size());
    if (source.kept.empty()) {
      items.push_back(item);
    } else {
      for (const KeptClass& kept : source.kept) {
        item.class_number = kept.class_number;
        item.fragments = kept.count;
        items.push_back(item);
      }
    }
  }
  const auto chosen = assign_sides(items, sides, seed, tables.classes);
  for (std::size_t i = 0; i < first_item.size(); ++i)
    tables.sources.set_split(i, sides[chosen[first_item[i]]].name);
}

std::string note_on_sides(const Catalog& catalog) {
  const std::vector<SplitSide> sides = parse_split(catalog.recipe().split);
  std::vector<std::uint64_t> fragments(sides.size(), 0);
  for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
    const auto side = std::find_if(sides.begin(), sides.end(), [&](const SplitSide& one) {
      return one.name == catalog.sources().split(i);
    });
    if (side == sides.end()) return {};  // the labels say the sides
    for (const ClassRun& run : catalog.runs(i)) fragments[side - sides.begin()] += run.count;
  }
  return note_on_sides(sides, fragments);
}

}  // namespace frag
