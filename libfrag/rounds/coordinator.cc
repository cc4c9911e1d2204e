// Jobs, workers, time, and the closing of rounds. What concerns tasks is in coordinator_tasks.cc.
#include "libfrag/rounds/coordinator.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"

namespace frag::rounds {
namespace {

constexpr std::size_t kNameLimit = 200;
constexpr std::size_t kTokenBytes = 32;

Millis millis(double seconds) {
  return std::max<Millis>(1, static_cast<Millis>(std::llround(seconds * 1000)));
}

std::string job_text(const JobRecord& job) {
  return "job " + std::to_string(job.id) + " (" + job.spec.name + ")";
}

RoundRecord new_round(const JobRecord& job, std::int64_t round, std::int64_t base, Millis now) {
  RoundRecord record;
  record.job = job.id;
  record.round = round;
  record.base = base;
  record.opened = now;
  record.deadline = now + millis(job.spec.deadline_s);
  return record;
}

void check_name(const std::string& name) {
  const bool printable = std::none_of(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (name.empty() || name.size() > kNameLimit || !printable) {
    throw Error(Errc::bad_input, "a worker's name has 1 to 200 bytes and no control characters");
  }
}

}  // namespace

Coordinator::Coordinator(Store& store, Clock clock) : store_(store), clock_(std::move(clock)) {
  state_.apply(store_.load());
  // Nobody could send a heartbeat while we were away, so nobody is blamed for silence.
  for (const auto& [id, task] : state_.tasks) {
    if (held(task)) renew(task);
  }
  for (const auto& [id, worker] : state_.workers) hear(id, 0);
}

void Coordinator::commit(const Batch& batch) {
  if (batch.empty()) return;
  store_.write(batch);
  state_.apply(batch);
  ++changes_;
  if (!batch.tasks.empty() || !batch.rounds.empty()) state_.drop_closed_tasks();
}

const JobRecord* Coordinator::unfinished_job() const {
  if (state_.jobs.empty()) return nullptr;
  const JobRecord& newest = state_.jobs.rbegin()->second;
  return newest.state == JobState::finished ? nullptr : &newest;
}

const RoundRecord* Coordinator::current_round() const {
  const JobRecord* job = unfinished_job();
  if (job == nullptr || job->state != JobState::open) return nullptr;
  return &state_.rounds.rbegin()->second;  // the newest round of the newest job
}

const RoundRecord* Coordinator::open_round() const {
  const RoundRecord* round = current_round();
  return round != nullptr && round->state == RoundState::open ? round : nullptr;
}

std::int64_t Coordinator::submit(const JobSpec& spec) {
  if (const JobRecord* job = unfinished_job()) {
    throw Error(Errc::refused, job_text(*job) +
                                   (job->state == JobState::open ? " is open" : " awaits its weights") +
                                   ": one job runs at a time");
  }
  JobRecord job;
  job.id = state_.jobs.empty() ? 1 : state_.jobs.rbegin()->first + 1;
  job.spec = spec;
  Batch batch;
  batch.jobs.push_back(job);
  commit(batch);
  return job.id;
}

bool Coordinator::awaits(std::int64_t job, const std::string& sha256) const {
  const auto found = state_.jobs.find(job);
  if (found == state_.jobs.end()) throw Error(Errc::not_found, "there is no job " + std::to_string(job));
  if (found->second.state == JobState::awaiting_weights) return true;
  const std::int64_t first = state_.rounds.at({job, 1}).base;
  if (state_.weights.at(first).sha256 != sha256) {
    throw Error(Errc::refused, job_text(found->second) + " has its first weights, and they are others");
  }
  return false;
}

std::int64_t Coordinator::next_version() const {
  return state_.weights.empty() ? 0 : state_.weights.rbegin()->first + 1;
}

std::int64_t Coordinator::open(std::int64_t id, const std::string& sha256, std::uint64_t bytes) {
  if (!awaits(id, sha256)) return state_.rounds.at({id, 1}).base;
  JobRecord job = state_.jobs.at(id);
  job.state = JobState::open;
  job.weights = next_version();
  Batch batch;
  batch.jobs.push_back(job);
  batch.rounds.push_back(new_round(job, 1, job.weights, clock_()));
  batch.weights.push_back({job.weights, id, 0, sha256, bytes, false});
  commit(batch);
  ++openings_;
  return job.weights;
}

Joined Coordinator::join(const std::string& name) {
  check_name(name);
  const auto found = std::find_if(state_.workers.begin(), state_.workers.end(),
                                  [&](const auto& entry) { return entry.second.name == name; });
  WorkerRecord worker;
  worker.name = name;
  if (found != state_.workers.end()) {
    worker.id = found->first;
  } else {
    worker.id = state_.workers.empty() ? 1 : state_.workers.rbegin()->first + 1;
  }
  Joined joined{worker.id, random_hex(kTokenBytes)};
  worker.token_sha256 = sha256_hex(joined.token);
  Batch batch;
  batch.workers.push_back(worker);
  if (const TaskRecord* task = held_by(worker.id)) {
    batch.tasks.push_back(*task);
    batch.tasks.back().state = TaskState::dead;
  }
  commit(batch);
  for (const TaskRecord& task : batch.tasks) leases_.erase(task.id);
  resting_.erase(worker.id);
  ++openings_;
  hear(worker.id, 0);
  return joined;
}

std::optional<std::int64_t> Coordinator::worker_of(const std::string& token) const {
  // Digests are compared, so the time that a comparison takes says nothing about a token.
  const std::string digest = sha256_hex(token);
  for (const auto& [id, worker] : state_.workers) {
    if (worker.token_sha256 == digest) return id;
  }
  return std::nullopt;
}

void Coordinator::hear(std::int64_t worker, Millis wait) {
  constexpr double kPatience = 30;  // seconds, for a worker of no job yet
  const auto job = state_.jobs.find(state_.workers.at(worker).job);
  const double lease = job == state_.jobs.end() ? kPatience : job->second.spec.lease_s;
  heard_[worker] = clock_() + wait + millis(lease);
}

void Coordinator::renew(const TaskRecord& task) {
  leases_[task.id] = clock_() + millis(state_.jobs.at(task.job).spec.lease_s);
}

void Coordinator::advance() {
  const Millis now = clock_();
  bury_dead(now);
  extend(now);
  end_rests(now);
}

void Coordinator::bury_dead(Millis now) {
  if (open_round() == nullptr) return;
  Batch batch;
  for (const auto& [id, task] : state_.tasks) {
    if (!held(task) || leases_.at(id) > now) continue;
    batch.tasks.push_back(task);
    batch.tasks.back().state = TaskState::dead;
  }
  commit(batch);
  for (const TaskRecord& task : batch.tasks) leases_.erase(task.id);
  if (!batch.empty()) ++openings_;
}

// Below the quorum at the deadline: the round gets its own length once more and keeps all it has. Leases that
// are still held go on, but their parts may also be given to others, so that a worker that hangs cannot hold
// up the round.
void Coordinator::extend(Millis now) {
  const RoundRecord* round = open_round();
  if (round == nullptr || now < round->deadline) return;
  const Millis length = millis(state_.jobs.at(round->job).spec.deadline_s);
  Batch batch;
  batch.rounds.push_back(*round);
  batch.rounds.back().deadline += ((now - round->deadline) / length + 1) * length;
  ++batch.rounds.back().extended;
  for (const auto& [id, task] : state_.tasks) {
    if (task.state != TaskState::leased) continue;
    batch.tasks.push_back(task);
    batch.tasks.back().state = TaskState::overdue;
  }
  commit(batch);
  ++openings_;
}

void Coordinator::end_rests(Millis now) {
  if (std::erase_if(resting_, [&](const auto& entry) { return entry.second <= now; }) > 0) ++openings_;
}

std::optional<Millis> Coordinator::next_due() const {
  std::optional<Millis> due;
  const auto consider = [&](Millis when) { due = due ? std::min(*due, when) : when; };
  for (const auto& [worker, until] : resting_) consider(until);
  if (const RoundRecord* round = open_round()) {
    consider(round->deadline);
    for (const auto& [id, task] : state_.tasks) {
      if (held(task)) consider(leases_.at(id));
    }
  }
  return due;
}

std::optional<Closing> Coordinator::closing() const {
  const RoundRecord* round = current_round();
  if (round == nullptr || round->state != RoundState::closing) return std::nullopt;
  Closing closing{round->job, round->round, round->base, next_version(), {}};
  for (const auto& [id, task] : state_.tasks) {
    if (task.state == TaskState::accepted) closing.parts.push_back({task.part, id, task.sha256});
  }
  std::sort(closing.parts.begin(), closing.parts.end(),
            [](const Closing::Part& a, const Closing::Part& b) { return a.part < b.part; });
  return closing;
}

void Coordinator::close(const Closing& closing, const std::string& sha256, std::uint64_t bytes) {
  const RoundRecord* current = current_round();
  const bool expected = current != nullptr && current->state == RoundState::closing &&
                        current->job == closing.job && current->round == closing.round &&
                        closing.version == next_version();
  if (!expected) throw Error(Errc::internal, "a round was closed that is not the one that is closing");
  JobRecord job = state_.jobs.at(closing.job);
  job.weights = closing.version;
  Batch batch;
  batch.rounds.push_back(*current);
  batch.rounds.back().state = RoundState::closed;
  batch.weights.push_back({closing.version, job.id, closing.round, sha256, bytes, false});
  if (closing.round == job.spec.rounds) {
    job.state = JobState::finished;
  } else {
    batch.rounds.push_back(new_round(job, closing.round + 1, closing.version, clock_()));
  }
  batch.jobs.push_back(job);
  commit(batch);
  leases_.clear();
  resting_.clear();
  ++openings_;
}

}  // namespace frag::rounds
