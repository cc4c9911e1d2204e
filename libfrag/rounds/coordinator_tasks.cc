// Tasks: who gets which part, and for how long.
#include <algorithm>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"

namespace frag::rounds {
namespace {

// The least share of the sample that a slow worker gets.
constexpr double kLeastShare = 0.05;

std::string task_id(const RoundRecord& round, std::int64_t part, std::int64_t issue) {
  return std::to_string(round.job) + "-" + std::to_string(round.round) + "-" + std::to_string(part) + "-" +
         std::to_string(issue);
}

}  // namespace

const TaskRecord* Coordinator::held_by(std::int64_t worker) const {
  for (const auto& [id, task] : state_.tasks) {
    if (task.worker == worker && held(task)) return &task;
  }
  return nullptr;
}

bool Coordinator::asynchronous(const TaskRecord& task) const {
  return state_.jobs.at(task.job).spec.asynchronous();
}

bool Coordinator::part_taken(std::int64_t part) const {
  return std::any_of(state_.tasks.begin(), state_.tasks.end(), [&](const auto& entry) {
    const TaskRecord& task = entry.second;
    return task.part == part && task.state == TaskState::accepted && !asynchronous(task);
  });
}

bool Coordinator::blocks_part(const TaskRecord& task) const {
  return task.state == TaskState::leased || (task.state == TaskState::accepted && !asynchronous(task));
}

bool Coordinator::part_free(std::int64_t part) const {
  return std::none_of(state_.tasks.begin(), state_.tasks.end(), [&](const auto& entry) {
    return entry.second.part == part && blocks_part(entry.second);
  });
}

std::optional<std::int64_t> Coordinator::part_for(const JobRecord& job, std::int64_t worker) const {
  const auto nodes = static_cast<std::size_t>(job.spec.nodes);
  std::vector<bool> is_free(nodes, true);
  for (const auto& [id, task] : state_.tasks) {
    if (blocks_part(task)) is_free[static_cast<std::size_t>(task.part)] = false;
  }
  const std::int64_t last = member(job.id, worker).part;
  if (last >= 0 && is_free[static_cast<std::size_t>(last)]) return last;
  // A part stays with who had it, so that static parts, and what a worker fetched or kept for one, stay where
  // they are.
  std::vector<bool> is_others(nodes, false);
  for (const auto& [key, other] : state_.members) {
    if (key.first == job.id && other.part >= 0 && other.worker != worker && is_here(other.worker)) {
      is_others[static_cast<std::size_t>(other.part)] = true;
    }
  }
  std::optional<std::int64_t> lowest;
  for (std::size_t part = 0; part < nodes; ++part) {
    if (!is_free[part]) continue;
    if (!is_others[part]) return static_cast<std::int64_t>(part);
    if (!lowest) lowest = static_cast<std::int64_t>(part);
  }
  return lowest;
}

// Fragments to ask the worker for; 0: as many as the job says.
std::uint64_t Coordinator::count_for(const JobRecord& job, std::int64_t worker) const {
  const double speed = member(job.id, worker).speed;
  if (job.spec.work == Work::equal || speed <= 0) return 0;
  double fastest = speed;
  for (const auto& [key, other] : state_.members) {
    if (key.first == job.id && is_here(other.worker)) fastest = std::max(fastest, other.speed);
  }
  const double share = std::max(kLeastShare, speed / fastest);
  return std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::llround(share * static_cast<double>(*job.spec.sample.count))));
}

MemberRecord Coordinator::member(std::int64_t job, std::int64_t worker) const {
  const auto found = state_.members.find({job, worker});
  if (found != state_.members.end()) return found->second;
  MemberRecord fresh;
  fresh.job = job;
  fresh.worker = worker;
  return fresh;
}

// The worker's job; a worker of no job yet is taken into the open one.
const JobRecord* Coordinator::job_of_worker(std::int64_t id) {
  WorkerRecord worker = state_.workers.at(id);
  if (worker.job == 0) {
    const JobRecord* open = unfinished_job();
    if (open == nullptr || open->state == JobState::awaiting_weights) return nullptr;
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
  lease.weights = task.base;
  lease.lease_s = spec.lease_s;
  lease.model = spec.model;
  lease.module_sha256 = spec.module_sha256;
  lease.dataset = spec.dataset;
  lease.mirrors = spec.mirrors;
  lease.local = spec.local;
  lease.sample =
      sample_of_part(spec.sample, static_cast<std::uint64_t>(task.draw),
                     static_cast<std::uint64_t>(task.part), static_cast<std::uint64_t>(spec.nodes));
  if (task.count > 0) lease.sample.count = task.count;
  lease.rule = spec.rule;
  lease.compression = spec.compression;
  lease.accepted = member(task.job, task.worker).accepted;
  return lease;
}

// Whether the worker has a result in the round, and the leases that are out can make the quorum without
// another of its: a second part would most likely come too late, and keep it from the next round meanwhile.
bool Coordinator::has_done_enough(std::int64_t worker) const {
  const RoundRecord& round = *open_round();
  const JobSpec& spec = state_.jobs.at(round.job).spec;
  if (spec.asynchronous()) return false;
  std::int64_t coming = round.taken;
  bool has_result = false;
  for (const auto& [id, task] : state_.tasks) {
    coming += task.state == TaskState::leased;
    has_result = has_result || (task.worker == worker && task.state == TaskState::accepted);
  }
  return has_result && coming >= spec.needed();
}

Offer<Lease> Coordinator::next_task(std::int64_t worker, Millis wait) {
  advance();
  const JobRecord* job = job_of_worker(worker);
  hear(worker, wait);
  if (job == nullptr) return {};
  if (job->state == JobState::finished) return {OfferKind::finished, {}};
  const RoundRecord* round = open_round();
  if (round == nullptr) return {};
  // Asked while it holds one: the answer to its last question was lost, or it lost its way. It goes on with
  // that one.
  if (const TaskRecord* task = held_by(worker)) {
    renew(*task);
    return {OfferKind::task, lease_of(*task)};
  }
  if (job->state == JobState::paused || resting_.contains(worker) || has_done_enough(worker)) return {};
  const auto part = part_for(*job, worker);
  return part ? grant(*job, *round, worker, *part) : Offer<Lease>{};
}

// Gives a new task of a part its id and draw. The part's task before it: of an asynchronous rule of any
// round, else of this one.
std::optional<TaskRecord> Coordinator::number(TaskRecord& task, const RoundRecord& round) const {
  std::optional<TaskRecord> before;
  if (asynchronous(task)) {
    before = store_.newest_task(task.job, task.part);
    task.draw = before ? before->draw + 1 : 1;
    task.id = task_id(round, task.part, task.draw);
    return before;
  }
  task.draw = round.round;
  for (std::int64_t issue = 1;; ++issue) {
    task.id = task_id(round, task.part, issue);
    const auto found = state_.tasks.find(task.id);
    if (found == state_.tasks.end()) return before;
    before = found->second;
  }
}

Offer<Lease> Coordinator::grant(const JobRecord& job, RoundRecord round, std::int64_t worker,
                                std::int64_t part) {
  TaskRecord task;
  Batch batch;
  task.job = job.id;
  task.round = round.round;
  task.part = part;
  const std::optional<TaskRecord> before = number(task, round);
  if (before && (before->state == TaskState::dead || before->state == TaskState::overdue)) {
    ++round.reissued;
    batch.rounds.push_back(round);
  }
  task.worker = worker;
  task.issued = clock_();
  task.base = round.base;
  task.count = count_for(job, worker);
  batch.tasks.push_back(task);
  MemberRecord having = member(job.id, worker);
  if (having.part != part) {
    having.part = part;
    batch.members.push_back(having);
  }
  commit(batch);
  renew(task);
  return {OfferKind::task, lease_of(task)};
}

TaskRecord Coordinator::task_of(const std::string& id) {
  const auto found = state_.tasks.find(id);
  if (found != state_.tasks.end()) return found->second;
  std::optional<TaskRecord> stored = store_.find_task(id);
  if (!stored) throw Error(Errc::not_found, "there is no task " + id);
  return *stored;
}

RoundRecord Coordinator::round_of(const TaskRecord& task) const {
  // Numbers ascend, so one that is not there yet comes after the newest.
  return std::prev(state_.rounds.upper_bound({task.job, task.round}))->second;
}

bool Coordinator::wanted(const TaskRecord& task) const {
  const JobRecord& job = state_.jobs.at(task.job);
  if (asynchronous(task)) return job.state != JobState::finished && next_place(job) <= job.last_round;
  return round_of(task).state == RoundState::open;
}

double Coordinator::heartbeat(std::int64_t worker, const std::string& id) {
  advance();
  hear(worker, 0);
  TaskRecord task = task_of(id);
  if (task.worker != worker) throw Error(Errc::refused, "task " + id + " is another worker's");
  if (!wanted(task)) {
    throw Error(Errc::refused, why_late(task, round_of(task)));
  }
  // Late by a heartbeat or two and nobody else on it: no reason to train it again.
  if (task.state == TaskState::dead && open_round() != nullptr && held_by(worker) == nullptr &&
      part_free(task.part)) {
    task.state = TaskState::leased;
    task.round = open_round()->round;
    Batch batch;
    batch.tasks.push_back(task);
    commit(batch);
  }
  if (!held(task)) throw Error(Errc::refused, "the lease of task " + id + " is no longer held");
  renew(task);
  return state_.jobs.at(task.job).spec.lease_s;
}

}  // namespace frag::rounds
