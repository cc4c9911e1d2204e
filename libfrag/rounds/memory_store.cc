#include "libfrag/rounds/memory_store.h"

#include "libfrag/base/error.h"

namespace frag::rounds {

void MemoryStore::write(const Batch& batch) {
  if (failures_ > 0) {
    --failures_;
    throw Error(Errc::io, "write records: No space left on device");
  }
  state_.apply(batch);
}

Batch MemoryStore::load() {
  State open = state_;
  open.drop_closed_tasks();
  return open.records();
}

std::optional<TaskRecord> MemoryStore::find_task(const std::string& id) {
  const auto found = state_.tasks.find(id);
  return found == state_.tasks.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace frag::rounds
