// How rounds become weights, and what may be forgotten then.
#include <algorithm>
#include <limits>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/millis.h"

namespace frag::rounds {

Closing Coordinator::closing_of(const RoundRecord& round, std::vector<TaskRecord> results) const {
  const JobSpec& spec = state_.jobs.at(round.job).spec;
  std::sort(results.begin(), results.end(), [&](const TaskRecord& a, const TaskRecord& b) {
    return spec.asynchronous() ? a.order < b.order : a.part < b.part;
  });
  Closing closing;
  closing.job = round.job;
  closing.round = round.round;
  closing.base = round.base;
  closing.version = round.weights;
  closing.rule = spec.rule;
  closing.step.number = round.round;
  closing.step.nodes = spec.nodes;
  closing.step.window = std::max<std::int64_t>(1, spec.local.steps);
  for (const TaskRecord& task : results) {
    closing.step.contributions.push_back(
        {task.part, task.report.fragments, round.base - task.base, task.norm});
    closing.results.push_back({task.id, task.digest});
  }
  return closing;
}

std::vector<TaskRecord> Coordinator::accepted_of(std::int64_t job, std::int64_t first,
                                                 std::int64_t last) const {
  std::vector<TaskRecord> results;
  for (const auto& [id, task] : state_.tasks) {
    const bool is_there = task.job == job && task.round >= first && task.round <= last;
    if (is_there && task.state == TaskState::accepted) results.push_back(task);
  }
  return results;
}

std::vector<TaskRecord> Coordinator::queued_behind(const RoundRecord& round) const {
  return accepted_of(round.job, round.round + 1, std::numeric_limits<std::int64_t>::max());
}

std::vector<TaskRecord> Coordinator::queued() const {
  const RoundRecord* round = current_round();
  if (round == nullptr || round->state != RoundState::closing) return {};
  return queued_behind(*round);
}

std::int64_t Coordinator::next_place(const JobRecord& job) const {
  const RoundRecord& round = *current_round();
  if (round.state == RoundState::open) return round.round;
  return round.round + 1 + static_cast<std::int64_t>(queued_behind(round).size()) / job.spec.needed();
}

std::optional<Closing> Coordinator::closing() const {
  const RoundRecord* round = current_round();
  if (round == nullptr || round->state != RoundState::closing) return std::nullopt;
  Closing closing = closing_of(*round, accepted_of(round->job, round->round, round->round));
  closing.version = next_version();
  return closing;
}

Closing Coordinator::closed(std::int64_t job, std::int64_t round) const {
  const auto found = state_.rounds.find({job, round});
  if (found == state_.rounds.end() || found->second.state != RoundState::closed) {
    throw Error(Errc::not_found,
                "job " + std::to_string(job) + " has no closed round " + std::to_string(round));
  }
  return closing_of(found->second, store_.accepted(job, round));
}

RoundRecord Coordinator::next_round(const JobRecord& job, const RoundRecord& before,
                                    std::int64_t base) const {
  RoundRecord round;
  round.job = job.id;
  round.round = before.round + 1;
  round.base = base;
  round.opened = clock_();
  round.deadline = round.opened + millis(job.spec.deadline_s);
  // Of an asynchronous rule: what came while the last one was closing.
  for (const TaskRecord& task : accepted_of(job.id, round.round, round.round)) add_to(round, task);
  if (round.taken >= job.spec.needed()) {
    round.state = RoundState::closing;
    round.closed = round.opened;
  }
  return round;
}

// Of an asynchronous rule a lease goes on in the next round. What is dead or refused stays behind.
void Coordinator::move_on(const RoundRecord& before, Batch& batch) const {
  for (const auto& [id, task] : state_.tasks) {
    if (!held(task) || task.round != before.round) continue;
    batch.tasks.push_back(task);
    batch.tasks.back().round = before.round + 1;
  }
}

void Coordinator::close(const Closing& closing, const std::string& digest, std::uint64_t bytes) {
  const RoundRecord* current = current_round();
  const bool expected = current != nullptr && current->state == RoundState::closing &&
                        current->job == closing.job && current->round == closing.round &&
                        closing.version == next_version();
  if (!expected) throw Error(Errc::internal, "a round was closed that is not the one that is closing");
  JobRecord job = state_.jobs.at(closing.job);
  job.weights = closing.version;
  Batch batch;
  batch.rounds.push_back(*current);
  RoundRecord& round = batch.rounds.back();
  round.state = RoundState::closed;
  round.weights = closing.version;
  round.received = received_;
  round.sent = sent_;
  batch.weights.push_back({closing.version, job.id, closing.round, digest, bytes, false});
  tell(batch, job.id, closing.round, "closed",
       std::to_string(closing.results.size()) + " results, weights " + std::to_string(closing.version));
  const bool last = closing.round >= job.last_round;
  if (last) {
    end(job, ends_early(job) ? job.reason : "all " + std::to_string(job.spec.rounds) + " rounds are done",
        batch);
  } else {
    batch.rounds.push_back(next_round(job, *current, closing.version));
    if (job.spec.asynchronous()) move_on(*current, batch);
  }
  batch.jobs.push_back(job);
  commit(batch);
  received_ = sent_ = 0;
  if (last || !job.spec.asynchronous()) {
    leases_.clear();
    resting_.clear();
  }
  ++openings_;
}

void Coordinator::count_bytes(std::uint64_t received, std::uint64_t sent) {
  received_ += received;
  sent_ += sent;
}

std::int64_t Coordinator::last_closed(std::int64_t job) const {
  const auto after = state_.rounds.upper_bound({job, std::numeric_limits<std::int64_t>::max()});
  for (auto round = after; round != state_.rounds.begin();) {
    --round;
    if (round->first.first != job) break;
    if (round->second.state == RoundState::closed) return round->first.second;
  }
  return 0;
}

bool Coordinator::keeps(const TaskRecord& task) const {
  if (task.state != TaskState::accepted) return false;
  const std::int64_t keep = state_.jobs.at(task.job).spec.keep;
  return keep == 0 || task.round > last_closed(task.job) - keep;
}

// The newest ones, the first, the best, and those that somebody may still ask for.
std::set<std::int64_t> Coordinator::kept_weights(const JobRecord& job) const {
  std::set<std::int64_t> kept;
  const MeasurementRecord* best = nullptr;
  for (const auto& [version, record] : state_.measurements) {
    if (record.job != job.id) continue;
    if (best == nullptr || record.measurement.accuracy > best->measurement.accuracy) best = &record;
  }
  if (best != nullptr) kept.insert(best->measurement.weights);
  for (const WeightsRecord& weights : due_measurements(job)) kept.insert(weights.version);
  for (const auto& [id, task] : state_.tasks) {
    if (held(task)) kept.insert(task.base);
  }
  for (const auto& [version, weights] : state_.weights) {
    const bool is_new = version > job.weights - job.spec.keep_weights;
    if (weights.job == job.id && (weights.round == 0 || is_new)) kept.insert(version);
  }
  return kept;
}

Prunable Coordinator::prune() {
  Prunable gone;
  Batch batch;
  for (const auto& [id, job] : state_.jobs) {
    if (job.spec.keep_weights == 0) continue;
    const std::set<std::int64_t> kept = kept_weights(job);
    for (const auto& [version, weights] : state_.weights) {
      if (weights.job != id || weights.pruned || kept.contains(version)) continue;
      batch.weights.push_back(weights);
      batch.weights.back().pruned = true;
      gone.weights.push_back(version);
    }
  }
  commit(batch);
  if (state_.jobs.empty()) return gone;
  const JobRecord& newest = state_.jobs.rbegin()->second;
  const std::int64_t old = last_closed(newest.id) - newest.spec.keep;
  if (newest.spec.keep > 0 && old >= 1) gone.results = closed(newest.id, old).results;
  return gone;
}

}  // namespace frag::rounds
