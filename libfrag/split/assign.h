// Sources to sides: whole groups only, stratified by class, seeded. Pure functions; any thread.
//
// A group belongs to the class that most of its fragments have (the lowest number on a tie). Within a class
// the groups are taken in an order keyed by (seed, group name), and each goes to the side that is furthest
// below its share of the class's fragments; every side gets at least one group of every class. Adding images
// of other classes changes nothing here. Where labels lie within sources, a class may be the largest part of
// too few groups and a smaller part of enough others: its groups are divided with those of the commonest
// class, and a side may then lack it. Groups whose side is settled - by a table, or since they were there
// before images were added - keep it and count towards its share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frag {

struct SplitSide {
  std::string name;  // "train", "val", "test", "fold0", ...
  double share = 0;  // of the fragments, above 0; the sum over sides is 1
};

// "70/15/15" -> train, val, test; "80/20" -> train, test; "5 folds" -> make_folds(5); "train", "val" or
// "test"
// -> that side alone, and "100" -> train. Parts are numbers in any unit; a side with a part of 0 is left out.
// Errc::usage that quotes the text.
std::vector<SplitSide> parse_split(std::string_view text);

// What a reader should know of shares that look like per cent and do not sum to 100, or nothing.
std::string note_on_shares(std::string_view text);

// "66.7/16.7/16.7": the shares of `counts`, in per cent.
std::string shares_text(std::span<const std::uint64_t> counts);
// What a reader should know where the fragments of the sides, in the order of `sides`, are two per cent or
// more off the shares, or nothing.
std::string note_on_sides(std::span<const SplitSide> sides, std::span<const std::uint64_t> fragments);

// k equal sides fold0 ... fold{k-1}, k in [2, 100].
std::vector<SplitSide> make_folds(std::int64_t k);

// What the split needs to know of a source.
struct SplitItem {
  std::string group;
  std::uint32_t class_number = 0;
  std::uint64_t fragments = 0;
  std::optional<std::uint32_t> side{};  // the group's side where it is settled already
};

// The index of every item's side. Errc::bad_input where a class has fewer groups than there are sides; the
// message names the class by `classes` and says the way out; also where the items of a group are settled on
// different sides.
std::vector<std::uint32_t> assign_sides(std::span<const SplitItem> items, std::span<const SplitSide> sides,
                                        std::uint64_t seed, std::span<const std::string> classes);

}  // namespace frag
