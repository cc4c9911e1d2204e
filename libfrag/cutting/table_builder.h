// From examined sources to a dataset's tables: class numbers, groups, sides, label bitmaps, names that may be
// shown.
//
// Belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/cutting/anonymiser.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/known_files.h"
#include "libfrag/cutting/store_writer.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/group_rule.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/tables.h"

namespace frag {

class TableBuilder {
 public:
  // Starts empty, or with what `old` holds: its ids, class numbers and sides stay. The options are adopt()'s
  // then. Errc::not_found where the key of an anonymous one is missing.
  TableBuilder(const Recipe& recipe, const std::vector<Angle>& angles, const CutOptions& options,
               const DatasetFolder* old);

  // The image files of the old dataset; null without one.
  KnownFiles* known() { return known_ ? &*known_ : nullptr; }
  bool grows() const { return !tables_.parent.empty(); }
  // The old dataset's id; empty without one.
  const std::string& parent() const { return tables_.parent; }
  // Where the store goes on.
  StorePosition store_begin() const;

  // Errc::bad_input where the recipe's expression finds no group in the file's name: said before hours of
  // decoding.
  void require_group(const LabelledFile& file) const;
  void add(ExaminedSource source);
  void add(const Shard& shard) { tables_.shards.push_back(shard); }

  // Gives classes their numbers and every source its side; also writes the key file of an anonymous dataset.
  // Errc::bad_input where a class cannot be split. The builder is spent afterwards.
  Tables finish();

 private:
  void take_old(const DatasetFolder& old);
  void number_classes();
  std::uint32_t class_number(const std::string& name) const;

  Tables tables_;
  const GroupRule groups_;
  std::optional<Anonymiser> anonymiser_;
  std::optional<KnownFiles> known_;
  std::vector<ExaminedSource> added_;
  std::map<std::string, std::uint32_t> numbers_;  // of the classes, by name
};

}  // namespace frag
