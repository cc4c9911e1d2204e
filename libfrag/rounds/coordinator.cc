// Jobs, workers and time. Tasks are in coordinator_tasks.cc, results in coordinator_results.cc, the closing
// of rounds in coordinator_rounds.cc, measurements in coordinator_evaluation.cc.
#include "libfrag/rounds/coordinator.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/millis.h"

namespace frag::rounds {
namespace {

constexpr std::size_t kNameLimit = 200;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kEventBytes = 300;  // workers' words are in them

std::string job_text(const JobRecord& job) {
  return "job " + std::to_string(job.id) + " (" + job.spec.name + ")";
}

RoundRecord first_round(const JobRecord& job, Millis now) {
  RoundRecord record;
  record.job = job.id;
  record.round = 1;
  record.base = job.weights;
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
  // Nor could a result come, so no deadline acts before they had the time to.
  if (const JobRecord* job = unfinished_job()) grace_ = clock_() + millis(job->spec.lease_s);
}

void Coordinator::commit(const Batch& batch) {
  if (batch.empty()) return;
  store_.write(batch);
  state_.apply(batch);
  ++changes_;
  if (!batch.tasks.empty() || !batch.rounds.empty() || !batch.jobs.empty()) state_.drop_closed_tasks();
}

void Coordinator::tell(Batch& batch, std::int64_t job, std::int64_t round, const char* kind,
                       const std::string& text) const {
  EventRecord event;
  event.number = (state_.events.empty() ? 0 : state_.events.rbegin()->first) +
                 static_cast<std::int64_t>(batch.events.size()) + 1;
  event.job = job;
  event.round = round;
  event.when = clock_();
  event.kind = kind;
  event.text = one_line(text, kEventBytes);
  batch.events.push_back(std::move(event));
}

const JobRecord& Coordinator::job_of(std::int64_t job) const {
  const auto found = state_.jobs.find(job);
  if (found == state_.jobs.end()) throw Error(Errc::not_found, "there is no job " + std::to_string(job));
  return found->second;
}

const JobRecord* Coordinator::unfinished_job() const {
  if (state_.jobs.empty()) return nullptr;
  const JobRecord& newest = state_.jobs.rbegin()->second;
  return newest.state == JobState::finished ? nullptr : &newest;
}

const RoundRecord* Coordinator::current_round() const {
  const JobRecord* job = unfinished_job();
  if (job == nullptr || job->state == JobState::awaiting_weights) return nullptr;
  return &state_.rounds.rbegin()->second;  // the newest round of the newest job
}

const RoundRecord* Coordinator::open_round() const {
  const RoundRecord* round = current_round();
  return round != nullptr && round->state == RoundState::open ? round : nullptr;
}

std::int64_t Coordinator::submit(const JobSpec& spec) {
  if (const JobRecord* job = unfinished_job()) {
    const char* const way_out =
        closes_last(job->id) ? "it ends with the round that is closing; stop it again to give this round up"
                             : "`fragtrain job stop` ends it";
    throw Error(Errc::refused, job_text(*job) +
                                   (job->state == JobState::awaiting_weights ? " awaits its weights"
                                    : job->state == JobState::paused         ? " is paused"
                                                                             : " is open") +
                                   ": one job runs at a time; " + way_out);
  }
  JobRecord job;
  job.id = state_.jobs.empty() ? 1 : state_.jobs.rbegin()->first + 1;
  job.spec = spec;
  job.spec.rule = complete(spec.rule);
  job.last_round = spec.rounds;
  Batch batch;
  batch.jobs.push_back(job);
  tell(batch, job.id, 0, "submitted", spec.name + ": " + std::to_string(spec.rounds) + " rounds");
  commit(batch);
  return job.id;
}

bool Coordinator::awaits(std::int64_t id, const std::string& digest) const {
  const JobRecord& job = job_of(id);
  if (job.state == JobState::awaiting_weights) return true;
  const auto round = state_.rounds.find({id, 1});
  if (round == state_.rounds.end()) throw Error(Errc::refused, job_text(job) + " was stopped");
  if (state_.weights.at(round->second.base).digest != digest) {
    throw Error(Errc::refused, job_text(job) + " has its first weights, and they are others");
  }
  return false;
}

std::int64_t Coordinator::next_version() const {
  return state_.weights.empty() ? 0 : state_.weights.rbegin()->first + 1;
}

std::int64_t Coordinator::open(std::int64_t id, const std::string& digest, std::uint64_t bytes) {
  if (!awaits(id, digest)) return state_.rounds.at({id, 1}).base;
  JobRecord job = state_.jobs.at(id);
  job.state = JobState::open;
  job.weights = next_version();
  Batch batch;
  batch.jobs.push_back(job);
  batch.rounds.push_back(first_round(job, clock_()));
  batch.weights.push_back({job.weights, id, 0, digest, bytes, false});
  tell(batch, id, 1, "opened", "weights " + std::to_string(job.weights));
  commit(batch);
  ++openings_;
  return job.weights;
}

void Coordinator::pause(std::int64_t id, const std::string& why) {
  JobRecord job = job_of(id);
  if (job.state == JobState::paused) return;
  if (job.state != JobState::open) throw Error(Errc::refused, job_text(job) + " is not running");
  job.state = JobState::paused;
  if (!ends_early(job)) job.reason = why;
  Batch batch;
  batch.jobs.push_back(job);
  tell(batch, id, 0, "paused", why);
  commit(batch);
}

void Coordinator::resume(std::int64_t id) {
  JobRecord job = job_of(id);
  if (job.state == JobState::open) return;
  if (job.state != JobState::paused) throw Error(Errc::refused, job_text(job) + " is not paused");
  job.state = JobState::open;
  if (!ends_early(job)) job.reason.clear();
  Batch batch;
  batch.jobs.push_back(job);
  batch.rounds.push_back(*current_round());
  batch.rounds.back().deadline = clock_() + millis(job.spec.deadline_s);
  tell(batch, id, 0, "resumed", "");
  commit(batch);
  ++openings_;
}

void Coordinator::stop(std::int64_t id, const std::string& why) {
  JobRecord job = job_of(id);
  if (job.state == JobState::finished) return;
  Batch batch;
  const RoundRecord* round = current_round();
  if (round != nullptr && round->state == RoundState::closing && !closes_last(id)) {
    // Its results are settled and worth having: it closes and is the last one.
    job.last_round = round->round;
    job.reason = why;
    drop_queued(job, *round, batch);
  } else {
    end(job, why, batch);
    if (round != nullptr) {
      batch.rounds.push_back(*round);
      batch.rounds.back().state = RoundState::stopped;
      if (round->closed == 0) batch.rounds.back().closed = clock_();
    }
  }
  batch.jobs.push_back(job);
  commit(batch);
  if (job.state == JobState::finished) leases_.clear();
  ++openings_;
}

bool Coordinator::closes_last(std::int64_t id) const {
  const RoundRecord* round = current_round();
  return round != nullptr && round->job == id && round->state == RoundState::closing &&
         round->round >= job_of(id).last_round;
}

// What came for the steps after the round is late: there will be none.
void Coordinator::drop_queued(JobRecord& job, const RoundRecord& round, Batch& batch) const {
  const std::vector<TaskRecord> queued = queued_behind(round);
  if (queued.empty()) return;
  std::map<std::int64_t, MemberRecord> senders;
  for (const TaskRecord& task : queued) {
    batch.tasks.push_back(task);
    batch.tasks.back().state = TaskState::late;
    MemberRecord& sender = senders.try_emplace(task.worker, member(job.id, task.worker)).first->second;
    --sender.taken;
    ++sender.late;
    --job.accepted;
  }
  for (const auto& [worker, sender] : senders) batch.members.push_back(sender);
  batch.rounds.push_back(round);
  batch.rounds.back().late += static_cast<std::int64_t>(queued.size());
  tell(batch, job.id, round.round, "late", std::to_string(queued.size()) + " results for later steps");
}

void Coordinator::end(JobRecord& job, const std::string& why, Batch& batch) const {
  job.state = JobState::finished;
  job.reason = why;
  tell(batch, job.id, 0, "finished", why);
}

const WorkerRecord* Coordinator::worker_named(const std::string& name) const {
  const auto found = std::find_if(state_.workers.begin(), state_.workers.end(),
                                  [&](const auto& entry) { return entry.second.name == name; });
  return found == state_.workers.end() ? nullptr : &found->second;
}

std::optional<WorkerRecord> Coordinator::here(const std::string& name) const {
  const WorkerRecord* worker = worker_named(name);
  return worker != nullptr && is_here(worker->id) ? std::optional(*worker) : std::nullopt;
}

Joined Coordinator::join(const std::string& name, const std::string& joined_by) {
  check_name(name);
  WorkerRecord worker;
  worker.name = name;
  worker.joined_by = joined_by;
  if (const WorkerRecord* before = worker_named(name)) {
    worker.id = before->id;
  } else {
    worker.id = state_.workers.empty() ? 1 : state_.workers.rbegin()->first + 1;
  }
  Joined joined{worker.id, random_hex(kTokenBytes)};
  worker.token_sha256 = sha256_hex(joined.token);
  Batch batch;
  batch.workers.push_back(worker);
  const TaskRecord* task = held_by(worker.id);
  if (task != nullptr) {
    batch.tasks.push_back(*task);
    batch.tasks.back().state = TaskState::dead;
  }
  const JobRecord* job = unfinished_job();
  tell(batch, job == nullptr ? 0 : job->id, 0, "joined", name);
  commit(batch);
  for (const TaskRecord& given_up : batch.tasks) leases_.erase(given_up.id);
  std::erase_if(claims_, [&](const auto& entry) { return entry.second.worker == worker.id; });
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
  spoke_[worker] = clock_();
  heard_[worker] = clock_() + wait + millis(lease);
}

bool Coordinator::is_here(std::int64_t worker) const {
  const auto heard = heard_.find(worker);
  return heard != heard_.end() && heard->second > clock_();
}

void Coordinator::renew(const TaskRecord& task) {
  leases_[task.id] = clock_() + millis(state_.jobs.at(task.job).spec.lease_s);
}

void Coordinator::advance() {
  const Millis now = clock_();
  bury_dead(now);
  pass_deadline(now);
  end_rests(now);
}

void Coordinator::bury_dead(Millis now) {
  if (open_round() == nullptr) return;
  Batch batch;
  for (const auto& [id, task] : state_.tasks) {
    if (!held(task) || leases_.at(id) > now) continue;
    batch.tasks.push_back(task);
    batch.tasks.back().state = TaskState::dead;
    tell(batch, task.job, task.round, "silent",
         state_.workers.at(task.worker).name + ", part " + std::to_string(task.part));
  }
  commit(batch);
  for (const TaskRecord& task : batch.tasks) leases_.erase(task.id);
  if (!batch.empty()) ++openings_;
}

std::optional<Millis> Coordinator::deadline() const {
  const RoundRecord* round = open_round();
  if (round == nullptr) return std::nullopt;
  const JobRecord& job = *unfinished_job();
  if (job.state == JobState::paused || job.spec.asynchronous()) return std::nullopt;
  return std::max(round->deadline, grace_);
}

// Below the quorum at the deadline. What is held goes on in each case, and no result is lost.
void Coordinator::pass_deadline(Millis now) {
  const std::optional<Millis> due = deadline();
  if (!due || now < *due) return;
  const RoundRecord* round = open_round();
  const JobRecord* job = unfinished_job();
  const std::string have =
      std::to_string(round->taken) + " of " + std::to_string(job->spec.needed()) + " results at the deadline";
  Batch batch;
  batch.rounds.push_back(*round);
  RoundRecord& changed = batch.rounds.back();
  if (job->spec.below_quorum == BelowQuorum::close && round->taken >= job->spec.at_least) {
    changed.state = RoundState::closing;
    changed.closed = now;
    tell(batch, round->job, round->round, "below quorum", have + ": it closes with these");
  } else {
    const Millis length = millis(job->spec.deadline_s);
    changed.deadline += ((now - round->deadline) / length + 1) * length;
    ++changed.extended;
    // Leases that are still held go on, but their parts may also be given to others, so that a worker that
    // hangs cannot hold up the round.
    for (const auto& [id, task] : state_.tasks) {
      if (task.state != TaskState::leased) continue;
      batch.tasks.push_back(task);
      batch.tasks.back().state = TaskState::overdue;
    }
    if (job->spec.below_quorum == BelowQuorum::pause) {
      batch.jobs.push_back(*job);
      batch.jobs.back().state = JobState::paused;
      batch.jobs.back().reason = have;
      tell(batch, round->job, round->round, "paused", have);
    } else {
      tell(batch, round->job, round->round, "extended", have);
    }
  }
  commit(batch);
  ++openings_;
}

void Coordinator::end_rests(Millis now) {
  if (std::erase_if(resting_, [&](const auto& entry) { return entry.second <= now; }) > 0) ++openings_;
  if (std::erase_if(claims_, [&](const auto& entry) { return entry.second.until <= now; }) > 0) ++openings_;
}

std::optional<Millis> Coordinator::next_due() const {
  std::optional<Millis> due;
  const auto consider = [&](Millis when) { due = due ? std::min(*due, when) : when; };
  for (const auto& [worker, until] : resting_) consider(until);
  for (const auto& [version, claim] : claims_) consider(claim.until);
  if (const auto when = deadline()) consider(*when);
  if (open_round() != nullptr) {
    for (const auto& [id, task] : state_.tasks) {
      if (held(task)) consider(leases_.at(id));
    }
  }
  return due;
}

}  // namespace frag::rounds
