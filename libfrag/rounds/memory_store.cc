#include "libfrag/rounds/memory_store.h"

#include <algorithm>

#include "libfrag/base/error.h"

namespace frag::rounds {

void MemoryStore::write(const Batch& batch) {
  if (failures_ > 0) {
    --failures_;
    throw Error(Errc::io, "write records: No space left on device");
  }
  for (const TaskRecord& task : batch.tasks) {
    if (!state_.tasks.contains(task.id)) newest_[{task.job, task.part}] = task.id;
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

std::vector<TaskRecord> MemoryStore::accepted(std::int64_t job, std::int64_t round) {
  std::vector<TaskRecord> results;
  for (const auto& [id, task] : state_.tasks) {
    if (task.job == job && task.round == round && task.state == TaskState::accepted) results.push_back(task);
  }
  std::sort(results.begin(), results.end(),
            [](const TaskRecord& a, const TaskRecord& b) { return a.order < b.order; });
  return results;
}

std::optional<TaskRecord> MemoryStore::newest_task(std::int64_t job, std::int64_t part) {
  const auto found = newest_.find({job, part});
  return found == newest_.end() ? std::nullopt : find_task(found->second);
}

}  // namespace frag::rounds
