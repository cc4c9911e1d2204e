#include "server/member_texts.h"

#include <algorithm>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/base/json.h"

namespace frag {
namespace {

constexpr std::size_t kDigestDigits = 32;

std::uint64_t members_bytes(std::uint64_t raw, std::uint64_t json) {
  return tar_bytes(raw) + tar_bytes(1) + tar_bytes(json);  // a class number never takes a second block
}

// The shortest and the longest of some texts.
struct Lengths {
  std::size_t least = SIZE_MAX, most = 0;
  void add(std::size_t length) {
    least = std::min(least, length);
    most = std::max(most, length);
  }
};

Lengths lengths_of(const std::vector<std::string>& texts) {
  Lengths lengths;
  for (const std::string& text : texts) lengths.add(text.size());
  return lengths;
}

}  // namespace

MemberTexts::MemberTexts(const Catalog& catalog) : catalog_(catalog) {
  for (const std::string& name : catalog.classes()) classes_.push_back(Json(name).dump());
  for (const Angle& angle : catalog.angles()) angles_.push_back(Json(angle.degrees()).dump());
  of_each_ = find_of_each();
}

void MemberTexts::append_json(std::string& out, FragmentId id, const FragmentAddress& address,
                              std::uint32_t class_number, std::string_view pixels,
                              std::string_view picture) const {
  // Splits are named by the program or by a recipe's checked words, but may hold what JSON escapes.
  const std::string split = Json(catalog_.sources().split(address.source)).dump();
  append_description(out, catalog_, id, address,
                     {classes_[class_number], split, angles_[address.tile.angle], pixels, picture});
}

std::uint64_t MemberTexts::tar_bytes_of(FragmentId id) const {
  const FragmentAddress address = catalog_.locate(id);
  std::string json;
  append_json(json, id, address, fragment_class(catalog_, id), std::string(kDigestDigits, '0'));
  return members_bytes(raw_bytes_of(catalog_, address), json.size());
}

// Between the shortest and the longest text that any fragment could have, where both take as many blocks.
std::optional<std::uint64_t> MemberTexts::find_of_each() const {
  const SourceTable& sources = catalog_.sources();
  if (catalog_.fragments() == 0 || classes_.empty()) return std::nullopt;
  const std::uint64_t raw = raw_bytes_of(catalog_, catalog_.locate(0));
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    if (sources.fragments(i) > 0 && raw_bytes_of(catalog_, catalog_.locate(sources.first_fragment(i))) != raw)
      return std::nullopt;
  }
  std::string shortest;
  const FragmentAddress first = catalog_.locate(0);
  append_json(shortest, 0, first, 0, std::string(kDigestDigits, '0'));
  // Every text of the first fragment's replaced by the least and the most it may take.
  Lengths splits;
  for (const std::string& split : catalog_.splits()) splits.add(Json(split).dump().size());
  const Lengths classes = lengths_of(classes_), angles = lengths_of(angles_);
  constexpr std::size_t kNumbers = 4 * 20 + 2 * 7;  // id, source, row, column; the frame's edges
  const std::size_t fixed = shortest.size() - classes_[0].size() - angles_[first.tile.angle].size() -
                            Json(sources.split(first.source)).dump().size();
  const std::size_t least = fixed - 16 + classes.least + angles.least + splits.least;
  const std::size_t most = fixed + kNumbers + classes.most + angles.most + splits.most;
  if (tar_bytes(least) != tar_bytes(most)) return std::nullopt;
  return members_bytes(raw, most);
}

}  // namespace frag
