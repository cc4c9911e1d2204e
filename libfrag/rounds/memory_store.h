// A store that forgets: for tests and for simulated rounds.
#pragma once

#include "libfrag/rounds/state.h"
#include "libfrag/rounds/store.h"

namespace frag::rounds {

class MemoryStore : public Store {
 public:
  void write(const Batch& batch) override;
  Batch load() override;
  std::optional<TaskRecord> find_task(const std::string& id) override;
  std::vector<TaskRecord> accepted(std::int64_t job, std::int64_t round) override;
  std::optional<TaskRecord> newest_task(std::int64_t job, std::int64_t part) override;

  // The next `count` writes fail with Errc::io and change nothing, as on a full disk.
  void fail_next(int count) { failures_ = count; }

 private:
  State state_;
  std::map<State::Pair, std::string> newest_;  // task by (job, part)
  int failures_ = 0;
};

}  // namespace frag::rounds
