// Tasks: who gets which part, and which results count.
#include <algorithm>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"

namespace frag::rounds {
namespace {

std::string task_id(const RoundRecord& round, std::int64_t part, std::int64_t issue) {
  return std::to_string(round.job) + "-" + std::to_string(round.round) + "-" + std::to_string(part) + "-" +
         std::to_string(issue);
}

}  // namespace

const TaskRecord* Coordinator::held_by(std::int64_t worker) const {
  if (open_round() == nullptr) return nullptr;
  for (const auto& [id, task] : state_.tasks) {
    if (task.worker == worker && held(task)) return &task;
  }
  return nullptr;
}

bool Coordinator::part_taken(std::int64_t part) const {
  return std::any_of(state_.tasks.begin(), state_.tasks.end(), [&](const auto& entry) {
    return entry.second.part == part && entry.second.state == TaskState::accepted;
  });
}

bool Coordinator::part_free(std::int64_t part) const {
  return std::none_of(state_.tasks.begin(), state_.tasks.end(), [&](const auto& entry) {
    const TaskRecord& task = entry.second;
    return task.part == part && (task.state == TaskState::accepted || task.state == TaskState::leased);
  });
}

std::optional<std::int64_t> Coordinator::lowest_free_part(std::int64_t nodes) const {
  std::vector<bool> is_free(static_cast<std::size_t>(nodes), true);
  for (const auto& [id, task] : state_.tasks) {
    if (task.state == TaskState::accepted || task.state == TaskState::leased) {
      is_free[static_cast<std::size_t>(task.part)] = false;
    }
  }
  const auto found = std::find(is_free.begin(), is_free.end(), true);
  if (found == is_free.end()) return std::nullopt;
  return found - is_free.begin();
}

MemberRecord Coordinator::member(std::int64_t job, std::int64_t worker) const {
  const auto found = state_.members.find({job, worker});
  return found == state_.members.end() ? MemberRecord{.job = job, .worker = worker, .accepted = {}}
                                       : found->second;
}

// The worker's job; a worker of no job yet is taken into the open one.
const JobRecord* Coordinator::job_of_worker(std::int64_t id) {
  WorkerRecord worker = state_.workers.at(id);
  if (worker.job == 0) {
    const JobRecord* open = unfinished_job();
    if (open == nullptr || open->state != JobState::open) return nullptr;
    worker.job = open->id;
    Batch batch;
    batch.workers.push_back(worker);
    batch.members.push_back(member(open->id, id));
    commit(batch);
  }
  return &state_.jobs.at(worker.job);
}

Lease Coordinator::lease_of(const TaskRecord& task) const {
  const JobSpec& spec = state_.jobs.at(task.job).spec;
  Lease lease;
  lease.task = task.id;
  lease.job = task.job;
  lease.round = task.round;
  lease.part = task.part;
  lease.weights = state_.rounds.at({task.job, task.round}).base;
  lease.lease_s = spec.lease_s;
  lease.model = spec.model;
  lease.module_sha256 = spec.module_sha256;
  lease.dataset = spec.dataset;
  lease.mirrors = spec.mirrors;
  lease.local = spec.local;
  lease.sample =
      sample_of_part(spec.sample, static_cast<std::uint64_t>(task.round),
                     static_cast<std::uint64_t>(task.part), static_cast<std::uint64_t>(spec.nodes));
  return lease;
}

Offer Coordinator::next_task(std::int64_t worker, Millis wait) {
  advance();
  const JobRecord* job = job_of_worker(worker);
  hear(worker, wait);
  if (job == nullptr) return {};
  if (job->state == JobState::finished) return {Offer::Kind::finished, {}};
  const RoundRecord* round = open_round();
  if (round == nullptr) return {};
  // Asked while it holds one: the answer to its last question was lost, or it lost its way. It goes on with
  // that one.
  if (const TaskRecord* task = held_by(worker)) {
    renew(*task);
    return {Offer::Kind::task, lease_of(*task)};
  }
  if (resting_.contains(worker)) return {};
  const auto part = lowest_free_part(job->spec.nodes);
  return part ? grant(*job, *round, worker, *part) : Offer{};
}

Offer Coordinator::grant(const JobRecord& job, RoundRecord round, std::int64_t worker, std::int64_t part) {
  std::int64_t issue = 1;
  while (state_.tasks.contains(task_id(round, part, issue))) ++issue;
  Batch batch;
  if (issue > 1) {
    const TaskState before = state_.tasks.at(task_id(round, part, issue - 1)).state;
    if (before == TaskState::dead || before == TaskState::overdue) {
      ++round.reissued;
      batch.rounds.push_back(round);
    }
  }
  TaskRecord task;
  task.id = task_id(round, part, issue);
  task.job = job.id;
  task.round = round.round;
  task.part = part;
  task.worker = worker;
  task.issued = clock_();
  batch.tasks.push_back(task);
  commit(batch);
  renew(task);
  return {Offer::Kind::task, lease_of(task)};
}

TaskRecord Coordinator::task_of(const std::string& id) {
  const auto found = state_.tasks.find(id);
  if (found != state_.tasks.end()) return found->second;
  std::optional<TaskRecord> stored = store_.find_task(id);
  if (!stored) throw Error(Errc::not_found, "there is no task " + id);
  return *stored;
}

double Coordinator::heartbeat(std::int64_t worker, const std::string& id) {
  advance();
  hear(worker, 0);
  TaskRecord task = task_of(id);
  if (task.worker != worker) throw Error(Errc::refused, "task " + id + " is another worker's");
  if (state_.rounds.at({task.job, task.round}).state != RoundState::open) {
    throw Error(Errc::refused, "round " + std::to_string(task.round) + " has closed without task " + id);
  }
  // Late by a heartbeat or two and nobody else on it: no reason to train it again.
  if (task.state == TaskState::dead && held_by(worker) == nullptr && part_free(task.part)) {
    task.state = TaskState::leased;
    Batch batch;
    batch.tasks.push_back(task);
    commit(batch);
  }
  if (!held(task)) {
    throw Error(Errc::refused, "the lease of task " + id + " is no longer held");
  }
  renew(task);
  return state_.jobs.at(task.job).spec.lease_s;
}

void Coordinator::refuse_repeated(RoundRecord round, const std::string& why) {
  ++round.repeated;
  Batch batch;
  batch.rounds.push_back(round);
  commit(batch);
  throw Error(Errc::refused, why);
}

void Coordinator::refuse_late(TaskRecord task, RoundRecord round, const std::string& why) {
  ++round.late;
  task.state = TaskState::late;
  task.ended = clock_();
  Batch batch;
  batch.members.push_back(member(task.job, task.worker));
  ++batch.members.back().late;
  batch.rounds.push_back(round);
  batch.tasks.push_back(task);
  commit(batch);
  leases_.erase(task.id);
  throw Error(Errc::refused, "late: " + why);
}

// The task, if a result of it by this worker could count now or has counted; what cannot is counted and
// thrown.
TaskRecord Coordinator::judge(std::int64_t worker, const std::string& id) {
  advance();
  hear(worker, 0);
  TaskRecord task = task_of(id);
  RoundRecord round = state_.rounds.at({task.job, task.round});
  if (task.worker != worker) {
    ++round.foreign;
    Batch batch;
    batch.rounds.push_back(round);
    commit(batch);
    throw Error(Errc::refused, "task " + id + " is another worker's");
  }
  if (task.state == TaskState::accepted) return task;
  if (task.state == TaskState::refused)
    refuse_repeated(round, "task " + id + " had a result that was refused");
  if (task.state == TaskState::late)
    refuse_repeated(round, "late: task " + id + " had a result that came too late");
  if (round.state != RoundState::open) {
    refuse_late(task, round, "round " + std::to_string(task.round) + " had its quorum without task " + id);
  }
  if (part_taken(task.part)) {
    refuse_late(task, round,
                "part " + std::to_string(task.part) + " was taken from another worker meanwhile");
  }
  return task;
}

std::int64_t Coordinator::admit(std::int64_t worker, const std::string& id) {
  const TaskRecord task = judge(worker, id);
  // It may take longer to arrive than a lease lives; a heartbeat beside it is welcome and not needed to
  // begin.
  if (held(task)) renew(task);
  return state_.rounds.at({task.job, task.round}).base;
}

Verdict Coordinator::accept(std::int64_t worker, const std::string& id, const std::string& sha256,
                            std::uint64_t bytes, std::int64_t fragments) {
  TaskRecord task = judge(worker, id);
  RoundRecord round = state_.rounds.at({task.job, task.round});
  Batch batch;
  if (task.state == TaskState::accepted) {
    if (task.sha256 != sha256) refuse_repeated(round, "task " + id + " has a result, and it is another");
    ++round.repeated;
    batch.rounds.push_back(round);
    commit(batch);
    return Verdict::again;
  }
  task.state = TaskState::accepted;
  task.ended = clock_();
  task.sha256 = sha256;
  task.bytes = bytes;
  task.report.fragments = fragments;
  batch.tasks.push_back(task);
  // Others may be on the same part since a deadline passed; what they do is of no more use.
  for (const auto& [other_id, other] : state_.tasks) {
    if (other_id == id || other.part != task.part || !held(other)) continue;
    batch.tasks.push_back(other);
    batch.tasks.back().state = TaskState::dead;
  }
  batch.members.push_back(member(task.job, worker));
  ++batch.members.back().taken;
  ++round.taken;
  if (round.taken >= state_.jobs.at(task.job).spec.needed()) {
    round.state = RoundState::closing;
    round.closed = task.ended;
  }
  batch.rounds.push_back(round);
  commit(batch);
  for (const TaskRecord& done : batch.tasks) leases_.erase(done.id);
  return Verdict::accepted;
}

void Coordinator::reject(std::int64_t worker, const std::string& id) {
  TaskRecord task = judge(worker, id);
  RoundRecord round = state_.rounds.at({task.job, task.round});
  if (task.state == TaskState::accepted)
    refuse_repeated(round, "task " + id + " has a result, and it is another");
  task.state = TaskState::refused;
  task.ended = clock_();
  ++round.refused;
  Batch batch;
  batch.tasks.push_back(task);
  batch.rounds.push_back(round);
  commit(batch);
  leases_.erase(id);
  ++openings_;
  // Others get a try first: whatever made this result wrong would likely make the next one wrong too.
  resting_[worker] = task.ended + std::llround(state_.jobs.at(task.job).spec.lease_s * 1000);
}

}  // namespace frag::rounds
