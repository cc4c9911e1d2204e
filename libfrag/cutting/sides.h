// Writing a split into a dataset's tables: what `cut` and `split` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/tables.h"
#include "libfrag/split/assign.h"

namespace frag {

// Sets every source's split. `stated` has the name of a side for the sources whose side is settled, and
// nothing for the others; empty: none is settled. Where all are, exactly the stated sides exist. Errors as
// assign_sides(); Errc::bad_input also for a stated side that is none of `sides`.
void assign_splits(Tables& tables, const std::vector<SplitSide>& sides, std::uint64_t seed,
                   std::span<const std::optional<std::string>> stated = {});

// What a reader should know where the sides' fragments are off the shares that the recipe asks for, or
// nothing.
std::string note_on_sides(const Catalog& catalog);

struct ResplitOptions {
  std::optional<std::string> split;  // "70/15/15"
  std::optional<std::int64_t> folds;
  std::optional<std::string> group;  // a new rule for the groups
  std::optional<std::uint64_t> seed;
};

// Gives the dataset in `folder` a new split: the table alone changes, in one step, and with it the dataset's
// id (the old one becomes its parent). Returns the new id; the old one where nothing changes. What an option
// leaves out stays as the recipe has it.
std::string resplit(const std::filesystem::path& folder, const ResplitOptions& options);

}  // namespace frag
