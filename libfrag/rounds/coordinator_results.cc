// Results: which count, and in which round.
#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/millis.h"

namespace frag::rounds {
namespace {

std::string part_text(const TaskRecord& task) {
  return "part " + std::to_string(task.part);
}

// Fragments a second, over the whole time that the worker had the lease; 0 where nothing is known.
double speed_of(const TaskRecord& task) {
  const auto seconds = static_cast<double>(task.ended - task.issued) / 1000;
  return seconds > 0 ? static_cast<double>(task.report.fragments) / seconds : 0;
}

}  // namespace

void Coordinator::add_to(RoundRecord& round, const TaskRecord& task) {
  ++round.taken;
  const auto add = [&](double& mean, double value) {
    mean += (value - mean) / static_cast<double>(round.taken);
  };
  add(round.loss, task.report.loss);
  add(round.accuracy, task.report.accuracy);
  add(round.staleness, static_cast<double>(round.base - task.base));
}

void Coordinator::refuse_repeated(RoundRecord round, const std::string& why) {
  ++round.repeated;
  Batch batch;
  batch.rounds.push_back(round);
  commit(batch);
  throw Error(Errc::refused, why);
}

void Coordinator::refuse_foreign(const TaskRecord& task, RoundRecord round, std::int64_t worker) {
  ++round.foreign;
  Batch batch;
  batch.rounds.push_back(round);
  tell(batch, task.job, round.round, "foreign",
       state_.workers.at(worker).name + " sent a result for another's " + part_text(task));
  commit(batch);
  throw Error(Errc::refused, "task " + task.id + " is another worker's");
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
  tell(batch, task.job, task.round, "late", state_.workers.at(task.worker).name + ", " + part_text(task));
  commit(batch);
  leases_.erase(task.id);
  throw Error(Errc::refused, "late: " + why);
}

// Why nobody wants the task's result any more.
std::string Coordinator::why_late(const TaskRecord& task, const RoundRecord& round) const {
  const JobRecord& job = state_.jobs.at(task.job);
  const bool has_quorum = round.state == RoundState::closed || round.state == RoundState::closing;
  if (has_quorum && !job.spec.asynchronous()) {
    return "round " + std::to_string(task.round) + " had its quorum without task " + task.id;
  }
  const std::string name = "job " + std::to_string(task.job);
  return job.state == JobState::finished ? name + " has ended" : name + " has all results of its last step";
}

// The task, if a result of it by this worker could count now or has counted; what cannot is counted and
// thrown.
TaskRecord Coordinator::judge(std::int64_t worker, const std::string& id) {
  advance();
  hear(worker, 0);
  TaskRecord task = task_of(id);
  const RoundRecord round = round_of(task);
  if (task.worker != worker) refuse_foreign(task, round, worker);
  if (task.state == TaskState::accepted) return task;
  if (task.state == TaskState::refused)
    refuse_repeated(round, "task " + id + " had a result that was refused");
  if (task.state == TaskState::late)
    refuse_repeated(round, "late: task " + id + " had a result that came too late");
  if (!wanted(task)) refuse_late(task, round, why_late(task, round));
  if (part_taken(task.part)) {
    refuse_late(task, round, part_text(task) + " was taken from another worker meanwhile");
  }
  return task;
}

Admission Coordinator::admit(std::int64_t worker, const std::string& id) {
  const TaskRecord task = judge(worker, id);
  // It may take longer to arrive than a lease lives; a heartbeat beside it is welcome and not needed to
  // begin.
  if (state_.tasks.contains(id) && held(task)) renew(task);
  const JobSpec& spec = state_.jobs.at(task.job).spec;
  Admission admission;
  admission.task = id;
  // All versions of a job are laid out alike, and the one that the task starts from may be pruned by now.
  admission.base = state_.rounds.at({task.job, 1}).base;
  admission.norm_limit = spec.norm_limit;
  admission.fragments = task.count > 0 ? task.count : spec.sample.count.value_or(0);
  return admission;
}

// Gives the accepted task its place: the round that is open, or of an asynchronous rule the first that is not
// full. Puts the changed round into the batch, unless it is not there yet.
void Coordinator::count_in(JobRecord& job, TaskRecord& task, Batch& batch) const {
  task.order = ++job.accepted;
  task.round = next_place(job);
  RoundRecord round = *current_round();
  if (task.round > round.round) return;
  add_to(round, task);
  if (round.taken >= job.spec.needed()) {
    round.state = RoundState::closing;
    round.closed = task.ended;
  }
  batch.rounds.push_back(round);
}

Verdict Coordinator::accept(std::int64_t worker, const std::string& id, const CheckedResult& result) {
  TaskRecord task = judge(worker, id);
  Batch batch;
  if (task.state == TaskState::accepted) {
    RoundRecord round = round_of(task);
    if (task.digest != result.digest)
      refuse_repeated(round, "task " + id + " has a result, and it is another");
    ++round.repeated;
    batch.rounds.push_back(round);
    commit(batch);
    return Verdict::again;
  }
  task.state = TaskState::accepted;
  task.ended = clock_();
  task.digest = result.digest;
  task.bytes = result.bytes;
  task.norm = result.norm;
  task.report = result.report;
  JobRecord job = state_.jobs.at(task.job);
  count_in(job, task, batch);
  batch.jobs.push_back(job);
  batch.tasks.push_back(task);
  // Others may be on the same part since a deadline passed; what they do is of no more use.
  for (const auto& [other_id, other] : state_.tasks) {
    if (job.spec.asynchronous() || other_id == id || other.part != task.part || !held(other)) continue;
    batch.tasks.push_back(other);
    batch.tasks.back().state = TaskState::dead;
  }
  batch.members.push_back(member(task.job, worker));
  MemberRecord& sender = batch.members.back();
  ++sender.taken;
  sender.accepted = id;
  if (const double speed = speed_of(task); speed > 0) sender.speed = speed;
  commit(batch);
  for (const TaskRecord& done : batch.tasks) leases_.erase(done.id);
  if (job.spec.asynchronous()) ++openings_;
  return Verdict::accepted;
}

void Coordinator::reject(std::int64_t worker, const std::string& id, const std::string& why) {
  TaskRecord task = judge(worker, id);
  RoundRecord round = round_of(task);
  if (task.state == TaskState::accepted)
    refuse_repeated(round, "task " + id + " has a result, and it is another");
  task.state = TaskState::refused;
  task.ended = clock_();
  ++round.refused;
  Batch batch;
  batch.tasks.push_back(task);
  batch.rounds.push_back(round);
  tell(batch, task.job, round.round, "refused",
       state_.workers.at(worker).name + ", " + part_text(task) + ": " + why);
  commit(batch);
  leases_.erase(id);
  ++openings_;
  // Others get a try first: whatever made this result wrong would likely make the next one wrong too.
  resting_[worker] = task.ended + millis(state_.jobs.at(task.job).spec.lease_s);
}

}  // namespace frag::rounds
