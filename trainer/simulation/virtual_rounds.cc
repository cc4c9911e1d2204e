#include "trainer/simulation/virtual_rounds.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <queue>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/rounds/dgc.h"
#include "libfrag/rounds/memory_store.h"
#include "libfrag/rounds/millis.h"
#include "trainer/local_task.h"

namespace frag::trainer {
namespace {

using rounds::Millis;

constexpr Millis kPoll = 20'000;             // a worker in a long poll asks again after this time
constexpr double kPatienceDeadlines = 1000;  // without a result
constexpr std::int64_t kMostRefused = 20;    // results a node, in a row
constexpr double kEntryBytes = sizeof(float) + sizeof(std::int32_t);  // a number and its place

enum class Happening { ask, beat, arrive, vanish, back };

struct Event {
  Millis when = 0;
  std::int64_t number = 0;  // of equal times the one that was planned first happens first
  Happening what = Happening::ask;
  std::size_t worker = 0;
  std::int64_t life = 0;  // of the worker when it was planned: events of an earlier one are void

  bool operator>(const Event& other) const {
    return when != other.when ? when > other.when : number > other.number;
  }
};

struct VirtualWorker {
  std::int64_t id = 0;
  double speed = 1;
  std::int64_t life = 0;  // grows whenever what was planned for it no longer holds
  bool idle = false;      // in a long poll
  std::optional<rounds::Lease> lease;
};

class VirtualRounds {
 public:
  VirtualRounds(const rounds::JobSpec& job, const FleetSettings& fleet, SimulatedWork& work,
                const RoundReport& report)
      : job_(job),
        fleet_(fleet),
        work_(work),
        report_(report),
        random_(fleet.seed),
        coordinator_(store_, [this] { return now_; }) {}

  VirtualOutcome run();

 private:
  void open();
  void plan(std::size_t worker, Happening what, double seconds);
  // The next thing that happens, of a worker or of the clock alone.
  void step();
  void handle(const Event& event);
  void ask(std::size_t worker);
  bool give_up(std::size_t worker);
  void begin(std::size_t worker, const rounds::Lease& lease);
  void deliver(std::size_t worker);
  // Whether a result of the task could count.
  bool admitted(std::int64_t worker, const std::string& task);
  Fate take(std::int64_t worker, const std::string& task, const TrainedResult& trained);
  void refuse(std::int64_t worker, const std::string& task, const std::string& fault);
  void settle();
  void measure();
  void let_go_of_weights(std::int64_t newest);
  void expect_not_paused() const;
  void wake_idle();

  double request_seconds(std::uint64_t bytes);
  double seconds_of(const VirtualWorker& worker, const rounds::Lease& lease);

  const rounds::JobSpec& job_;
  const FleetSettings& fleet_;
  SimulatedWork& work_;
  const RoundReport& report_;
  SplitMix64 random_;
  Millis now_ = 0;
  rounds::MemoryStore store_;
  rounds::Coordinator coordinator_;

  std::vector<VirtualWorker> workers_;
  std::int64_t evaluator_ = 0;  // its number; it measures in no time
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t planned_ = 0;
  std::uint64_t openings_ = 0;
  std::int64_t closed_ = 0;  // the newest round that is
  std::uint64_t weights_bytes_ = 0;
  Millis last_result_ = 0;
  std::int64_t refused_in_a_row_ = 0;
  bool finished_ = false;
  VirtualOutcome outcome_;
};

VirtualOutcome VirtualRounds::run() {
  open();
  while (!finished_) {
    throw_if_stopped();
    step();
    settle();
    expect_not_paused();
    wake_idle();
    if (static_cast<double>(now_ - last_result_) > kPatienceDeadlines * job_.deadline_s * 1000) {
      throw Error(Errc::unavailable,
                  "no result came for a thousand deadlines: are there enough workers, and are they fast "
                  "enough, for the quorum?");
    }
  }
  outcome_.status = coordinator_.status(1);
  outcome_.seconds = static_cast<double>(now_) / 1000;
  return outcome_;
}

void VirtualRounds::open() {
  const auto [digest, bytes] = work_.first_weights();
  weights_bytes_ = bytes;
  coordinator_.open(coordinator_.submit(job_), digest, bytes);
  if (job_.evaluation) evaluator_ = coordinator_.join("evaluator").worker;
  for (const double speed : draw_speeds(fleet_)) {
    VirtualWorker worker;
    worker.id = coordinator_.join("worker" + std::to_string(workers_.size() + 1)).worker;
    worker.speed = speed;
    workers_.push_back(worker);
    plan(workers_.size() - 1, Happening::ask, 0);
  }
  openings_ = coordinator_.openings();
}

void VirtualRounds::plan(std::size_t worker, Happening what, double seconds) {
  events_.push(
      {now_ + (seconds > 0 ? rounds::millis(seconds) : 0), ++planned_, what, worker, workers_[worker].life});
}

void VirtualRounds::step() {
  const auto due = coordinator_.next_due();
  if (due && (events_.empty() || *due < events_.top().when)) {
    now_ = std::max(now_, *due);
    coordinator_.advance();
    return;
  }
  if (events_.empty()) throw Error(Errc::internal, "a simulated job has nothing left to wait for");
  const Event event = events_.top();
  events_.pop();
  now_ = event.when;
  if (event.life == workers_[event.worker].life) handle(event);
}

void VirtualRounds::handle(const Event& event) {
  VirtualWorker& worker = workers_[event.worker];
  switch (event.what) {
    case Happening::ask:
      ask(event.worker);
      break;
    case Happening::beat:
      try {
        coordinator_.heartbeat(worker.id, worker.lease->task);
      } catch (const Error& error) {
        if (error.code() != Errc::refused) throw;
        if (give_up(event.worker)) break;
      }
      plan(event.worker, Happening::beat, job_.lease_s / 3);
      break;
    case Happening::arrive:
      deliver(event.worker);
      break;
    case Happening::vanish:
      ++outcome_.vanished;
      ++worker.life;
      worker.lease.reset();
      plan(event.worker, Happening::back, draw_exponential(random_, fleet_.away_s));
      break;
    case Happening::back:
      coordinator_.join("worker" + std::to_string(event.worker + 1));
      ask(event.worker);
      break;
  }
}

// Of a lease that was lost. A worker goes on with it where what it does may still count, or is kept for its
// next task (Worker::beating()).
bool VirtualRounds::give_up(std::size_t number) {
  VirtualWorker& worker = workers_[number];
  if (job_.asynchronous() || needs_memory(*worker.lease) || closed_ < worker.lease->round) return false;
  worker.lease.reset();
  ++worker.life;
  plan(number, Happening::ask, draw_exponential(random_, fleet_.latency_s));
  return true;
}

void VirtualRounds::ask(std::size_t number) {
  VirtualWorker& worker = workers_[number];
  ++worker.life;
  worker.idle = false;
  const auto offer = coordinator_.next_task(worker.id, kPoll);
  switch (offer.kind) {
    case rounds::OfferKind::task:
      begin(number, offer.lease);
      break;
    case rounds::OfferKind::wait:
      worker.idle = true;
      plan(number, Happening::ask, static_cast<double>(kPoll) / 1000);
      break;
    case rounds::OfferKind::finished:
      finished_ = true;
      break;
  }
}

void VirtualRounds::begin(std::size_t number, const rounds::Lease& lease) {
  VirtualWorker& worker = workers_[number];
  worker.lease = lease;
  coordinator_.count_bytes(0, weights_bytes_);
  const double seconds = seconds_of(worker, lease);
  if (random_.uniform() < fleet_.failures) {
    plan(number, Happening::vanish, seconds * random_.uniform());
  } else {
    plan(number, Happening::arrive, seconds);
  }
  plan(number, Happening::beat, job_.lease_s / 3);
}

double VirtualRounds::request_seconds(std::uint64_t bytes) {
  const double moving = fleet_.bandwidth > 0 ? static_cast<double>(bytes) / fleet_.bandwidth : 0;
  return moving + draw_exponential(random_, fleet_.latency_s);
}

double VirtualRounds::seconds_of(const VirtualWorker& worker, const rounds::Lease& lease) {
  const rounds::LocalSettings& local = lease.local;
  const std::int64_t fragments =
      local.steps > 0 ? local.steps * local.batch : work_.fragments(lease) * local.epochs;
  const double training = static_cast<double>(fragments) / (fleet_.rate * worker.speed);
  return request_seconds(weights_bytes_) + training + request_seconds(result_bytes(lease, weights_bytes_));
}

void VirtualRounds::deliver(std::size_t number) {
  VirtualWorker& worker = workers_[number];
  const rounds::Lease lease = *worker.lease;
  worker.lease.reset();
  ++worker.life;
  std::optional<TrainedResult> trained;
  if (work_.needs_late_results()) trained = work_.train(worker.id, lease);
  Fate fate = Fate::wasted;
  if (admitted(worker.id, lease.task)) {
    if (!trained) trained = work_.train(worker.id, lease);
    fate = take(worker.id, lease.task, *trained);
  }
  work_.delivered(worker.id, lease, fate);
  plan(number, Happening::ask, draw_exponential(random_, fleet_.latency_s));
}

bool VirtualRounds::admitted(std::int64_t worker, const std::string& task) {
  try {
    coordinator_.admit(worker, task);
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::refused) throw;
    return false;  // late
  }
}

Fate VirtualRounds::take(std::int64_t worker, const std::string& task, const TrainedResult& trained) {
  coordinator_.count_bytes(trained.result.bytes, 0);
  if (!trained.fault.empty()) {
    refuse(worker, task, trained.fault);
    return Fate::wasted;
  }
  coordinator_.accept(worker, task, trained.result);
  last_result_ = now_;
  refused_in_a_row_ = 0;
  return Fate::counts;
}

void VirtualRounds::refuse(std::int64_t worker, const std::string& task, const std::string& fault) {
  coordinator_.reject(worker, task, fault);
  // Each of them was trained, so a thousand deadlines of them could take days.
  if (++refused_in_a_row_ < kMostRefused * job_.nodes) return;
  throw Error(Errc::unavailable, std::to_string(refused_in_a_row_) +
                                     " results in a row were refused, the newest because " + fault);
}

void VirtualRounds::settle() {
  while (const auto closing = coordinator_.closing()) {
    const auto [digest, bytes] = work_.close(*closing);
    coordinator_.close(*closing, digest, bytes);
    closed_ = closing->round;
    measure();
    let_go_of_weights(closing->version);
    const rounds::JobStatus status = coordinator_.status(1);
    if (report_) report_(status, static_cast<double>(now_) / 1000);
    finished_ = finished_ || status.state == "finished";
  }
}

void VirtualRounds::measure() {
  if (!job_.evaluation) return;
  for (auto offer = coordinator_.next_evaluation(evaluator_, 0); offer.kind == rounds::OfferKind::task;
       offer = coordinator_.next_evaluation(evaluator_, 0)) {
    coordinator_.measured(evaluator_, work_.measure(offer.lease));
  }
}

// Everything is measured, so that only those are needed that work begins, or has begun, from. Also of tasks
// that are late by now: the coordinator's prune() knows nothing of them, and keeps more for people to look
// at.
void VirtualRounds::let_go_of_weights(std::int64_t newest) {
  std::set<std::int64_t> needed{newest};
  for (const VirtualWorker& worker : workers_) {
    if (worker.lease) needed.insert(worker.lease->weights);
  }
  work_.keep_only(needed);
}

void VirtualRounds::expect_not_paused() const {
  // To ask after every event would cost more than the events.
  if (job_.below_quorum != rounds::BelowQuorum::pause || openings_ == coordinator_.openings()) return;
  const rounds::JobStatus status = coordinator_.status(1);
  if (status.state != "paused") return;
  throw Error(Errc::unavailable, "round " + std::to_string(status.history.back().round) +
                                     " paused the job: " + status.reason +
                                     ". Nobody resumes a simulated job: give it another below_quorum than "
                                     "\"pause\", a longer deadline_s or a lower quorum");
}

void VirtualRounds::wake_idle() {
  while (openings_ != coordinator_.openings() && !finished_) {
    openings_ = coordinator_.openings();
    for (std::size_t w = 0; w < workers_.size() && !finished_; ++w) {
      if (workers_[w].idle) ask(w);
    }
  }
}

}  // namespace

std::uint64_t result_bytes(const rounds::Lease& lease, std::uint64_t weights_bytes) {
  switch (lease.compression.wire) {
    case rounds::Wire::fp32:
      return weights_bytes;
    case rounds::Wire::fp16:
      return weights_bytes / 2;
    case rounds::Wire::dgc: {
      const double share =
          rounds::dgc_share(lease.compression, static_cast<std::int64_t>(lease.sample.round));
      const double entries = share * static_cast<double>(weights_bytes) / sizeof(float);
      return static_cast<std::uint64_t>(std::llround(kEntryBytes * entries));
    }
  }
  return weights_bytes;
}

VirtualOutcome run_virtual_rounds(const rounds::JobSpec& job, const FleetSettings& fleet, SimulatedWork& work,
                                  const RoundReport& report) {
  return VirtualRounds(job, fleet, work, report).run();
}

}  // namespace frag::trainer
