// What a cut has done so far, beside what it has stored: an interrupted one goes on from it.
//
// A file of lines in the folder that the dataset grows in. The first names the cut: recipe, options, the
// dataset it adds to. Each image file gets a line once its bytes are in the store, each whole shard another.
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/base/json.h"
#include "libfrag/cutting/examine.h"
#include "libfrag/cutting/store_writer.h"
#include "libfrag/dataset/tables.h"

namespace frag {

struct JournalEntry {
  Examination examined;  // without bodies
  StorePosition store;   // once this file was in it
};

// What is left of an earlier cut.
struct JournalState {
  std::vector<JournalEntry> entries;
  std::vector<Shard> shards;  // sealed by this cut
};

// Reads as far as the lines are whole and belong to the cut that `title` names; nullopt where there is no
// journal, or one of another cut.
std::optional<JournalState> read_journal(const std::filesystem::path& path, const Json& title);

class JournalWriter {
 public:
  // Starts a journal with what is kept of an earlier one, in one step that a crash cannot halve.
  JournalWriter(const std::filesystem::path& path, const Json& title, const JournalState& kept);

  void add(const JournalEntry& entry);
  void add(const Shard& sealed);

 private:
  FileWriter file_;
};

}  // namespace frag
