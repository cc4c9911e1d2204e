// What a person or a program may ask: how the rounds went and who is there.
#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"

namespace frag::rounds {

std::int64_t Coordinator::newest_job() const {
  if (state_.jobs.empty()) throw Error(Errc::not_found, "no job was submitted yet");
  return state_.jobs.rbegin()->first;
}

std::optional<WeightsRecord> Coordinator::weights(std::int64_t version) const {
  const auto found = state_.weights.find(version);
  return found == state_.weights.end() ? std::nullopt : std::optional(found->second);
}

RoundStatus Coordinator::status_of(const RoundRecord& round, std::int64_t nodes) const {
  RoundStatus status;
  static_cast<RoundCounts&>(status) = round;
  if (!over(round)) {
    status.received += received_;
    status.sent += sent_;
  }
  status.round = round.round;
  status.state = name_of(round.state);
  status.nodes = nodes;
  status.opened = static_cast<double>(round.opened) / 1000;
  status.weights = round.weights;
  status.staleness = round.staleness;
  status.loss = round.loss;
  status.accuracy = round.accuracy;
  const Millis end = round.closed != 0 ? round.closed : clock_();
  status.seconds = static_cast<double>(std::max<Millis>(0, end - round.opened)) / 1000;
  return status;
}

WorkerStatus Coordinator::status_of(const WorkerRecord& worker, const MemberRecord& member) const {
  WorkerStatus status;
  status.name = worker.name;
  status.taken = member.taken;
  status.late = member.late;
  status.speed = member.speed;
  if (const auto spoke = spoke_.find(worker.id); spoke != spoke_.end()) {
    status.heard = static_cast<double>(std::max<Millis>(0, clock_() - spoke->second)) / 1000;
  }
  const bool measures = std::any_of(claims_.begin(), claims_.end(), [&](const auto& entry) {
    return entry.second.worker == worker.id && entry.second.until > clock_();
  });
  if (held_by(worker.id) != nullptr) {
    status.state = "training";
  } else if (measures) {
    status.state = "measuring";
  } else {
    status.state = is_here(worker.id) && (worker.job == 0 || worker.job == member.job) ? "waiting" : "gone";
  }
  return status;
}

std::string Coordinator::state_of(std::int64_t job) const {
  return name_of(job_of(job).state);
}

JobStatus Coordinator::status(std::int64_t id, std::int64_t most_rounds) const {
  const JobRecord& job = job_of(id);
  JobStatus status;
  status.job = id;
  status.name = job.spec.name;
  status.state = name_of(job.state);
  status.reason = job.reason;
  status.rule = job.spec.rule.name;
  status.nodes = job.spec.nodes;
  status.rounds = job.spec.rounds;
  status.needed = job.spec.needed();
  status.weights = job.weights;
  const auto end = state_.rounds.lower_bound({id + 1, 0});
  for (auto round = state_.rounds.lower_bound({id, 0}); round != end; ++round) {
    RoundStatus one = status_of(round->second, job.spec.nodes);
    if (round->first.second + most_rounds <= std::prev(end)->first.second) {
      status.earlier.add(one);
    } else {
      status.history.push_back(std::move(one));
    }
  }
  // Its members; while it runs, also those who wait to become members.
  for (const auto& [worker_id, worker] : state_.workers) {
    const auto member = state_.members.find({id, worker_id});
    if (member != state_.members.end()) {
      status.workers.push_back(status_of(worker, member->second));
    } else if (worker.job == 0 && job.state != JobState::finished) {
      status.workers.push_back(status_of(worker, {.job = id, .worker = worker_id, .accepted = {}}));
    }
  }
  for (const auto& [version, record] : state_.measurements) {
    if (record.job == id) status.measurements.push_back(record.measurement);
  }
  for (const auto& [number, event] : state_.events) {
    if (event.job != id) continue;
    status.events.push_back(
        {number, static_cast<double>(event.when) / 1000, event.round, event.kind, event.text});
  }
  return status;
}

}  // namespace frag::rounds
