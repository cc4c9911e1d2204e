// A worker's reader, which also reads what its next task will likely want while this one still trains: one
// set at a time, on a thread of its own, through the same access.
//
// Belongs to one thread, apart from the one that it starts.
#pragma once

#include <atomic>
#include <future>
#include <optional>

#include "trainer/sample_reader.h"

namespace frag::trainer {

class AheadReader {
 public:
  // Errors as SampleReader's.
  explicit AheadReader(SampleReaderOptions options) : reader_(std::move(options)) {}
  // Gives up what is being read.
  ~AheadReader() { give_up(); }
  AheadReader(const AheadReader&) = delete;
  AheadReader& operator=(const AheadReader&) = delete;

  // Begins to read, in place of what was begun before.
  void begin(const WantedSet& wanted, const ModelCard& card);

  // What was begun, waited for, where it is this; else, or where that failed, what SampleReader::read gives
  // now. Errors as there.
  FragmentSet read(const WantedSet& wanted, const ModelCard& card,
                   const std::function<bool()>& cancelled = {});

  // What was begun, waited for, where it is this; nullopt where it is not, or could not be read, or is
  // cancelled.
  std::optional<FragmentSet> take(const WantedSet& wanted, const ModelCard& card,
                                  const std::function<bool()>& cancelled = {});

 private:
  void give_up();

  std::optional<WantedSet> wanted_;  // of what was begun
  InputShape shape_;                 // of what was begun
  std::future<FragmentSet> set_;

  std::atomic<bool> given_up_{false};
  SampleReader reader_;  // the thread's as long as set_ is not ready
};

}  // namespace frag::trainer
