#include "libfrag/fetching/relay.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

using std::chrono::milliseconds;

// A chunk whose line would need longer than this is worth a second line's help.
constexpr double kPatientSeconds = 1;
constexpr milliseconds kLook{100};  // how often those who wait look at the clock

double seconds_of(Health::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

struct Relay::Chunk {
  std::uint64_t first = 0, end = 0;
  std::vector<EncodedFragment> got;  // at positions first, first + 1, ...
  std::size_t handed_on = 0;         // of got
  int workers = 0;
  Clock::time_point since;           // when the present worker began
  std::uint64_t since_position = 0;  // and where
  Clock::time_point progress;        // when the last fragment came
  std::atomic<bool> complete{false};

  std::uint64_t position() const { return first + got.size(); }
};

struct Relay::Worker {
  Line line;
  Health health;
  std::uint64_t fragments = 0;
  double seconds = 0;  // that it worked
  std::shared_ptr<Chunk> chunk;
  std::atomic<const Chunk*> asked_for{nullptr};  // what its provider is fetching
  std::unique_ptr<Provider> provider;            // its own thread's
  std::thread thread;

  // Fragments a second; 0 as long as nothing is known.
  double rate() const { return seconds > 0 ? static_cast<double>(fragments) / seconds : 0; }
};

Relay::Relay(std::vector<Line> lines, const RelaySettings& settings)
    : settings_(settings), next_(settings.first), last_delivery_(Clock::now()) {
  for (Line& line : lines) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->line = std::move(line);
  }
}

Relay::~Relay() {
  stop();
}

void Relay::stop() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

void Relay::run(const std::function<void(std::uint64_t, EncodedFragment)>& deliver) {
  for (const auto& worker : workers_) worker->thread = std::thread([this, &worker] { work(*worker); });
  std::uint64_t position = settings_.first;
  std::unique_lock lock(mutex_);
  while (position < settings_.end) {
    if (chunks_.empty() || chunks_.front()->handed_on == chunks_.front()->got.size()) {
      wake_.wait_for(lock, kLook);
      throw_if_stopped();
      if (settings_.cancelled && settings_.cancelled())
        throw Error(Errc::interrupted, "the sample is no longer wanted");
      check_hope();
      continue;
    }
    Chunk& chunk = *chunks_.front();
    std::vector<EncodedFragment> ready(std::make_move_iterator(chunk.got.begin() + chunk.handed_on),
                                       std::make_move_iterator(chunk.got.end()));
    chunk.handed_on = chunk.got.size();
    last_delivery_ = Clock::now();
    if (chunk.position() == chunk.end) {
      chunks_.pop_front();
      wake_.notify_all();
    }
    lock.unlock();
    for (EncodedFragment& fragment : ready) deliver(position++, std::move(fragment));
    lock.lock();
  }
  lock.unlock();
  stop();
}

void Relay::check_hope() const {
  const bool hopeless = std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) {
    return worker->health.hopeless() && worker->chunk == nullptr;
  });
  const bool silent = Clock::now() - last_delivery_ > settings_.patience;
  if (!hopeless && !silent) return;
  std::string message =
      hopeless ? "no mirror gives the rest of the sample"
               : "no mirror gave anything for " + std::to_string(settings_.patience.count() / 1000) + " s";
  for (const std::string& note : notes_) message += "\n  " + note;
  throw Error(Errc::unavailable, message);
}

void Relay::work(Worker& worker) {
  std::unique_lock lock(mutex_);
  while (!done_ && !worker.health.dismissed()) {
    const auto now = Clock::now();
    if (now < worker.health.ask_again()) {
      wake_.wait_until(lock, worker.health.ask_again());
      continue;
    }
    const auto chunk = choose(worker, now);
    if (chunk != nullptr) {
      fetch(worker, chunk, lock);
    } else {
      wake_.wait_for(lock, kLook);
    }
  }
}

std::shared_ptr<Relay::Chunk> Relay::choose(const Worker& worker, Clock::time_point now) {
  for (const auto& chunk : chunks_) {
    if (!chunk->complete && chunk->workers == 0) return chunk;
  }
  if (next_ < settings_.end && chunks_.size() < settings_.window) {
    auto chunk = std::make_shared<Chunk>();
    chunk->first = next_;
    next_ = chunk->end = std::min(next_ + settings_.chunk, settings_.end);
    chunks_.push_back(chunk);
    return chunk;
  }
  for (const auto& chunk : chunks_) {
    // Another line to the same mirror would be no help.
    const bool same = std::any_of(workers_.begin(), workers_.end(), [&](const auto& other) {
      return other->chunk == chunk && other->line.url == worker.line.url;
    });
    if (!chunk->complete && !same && worth_help(*chunk, worker, now)) return chunk;
  }
  return nullptr;
}

bool Relay::worth_help(const Chunk& chunk, const Worker& worker, Clock::time_point now) const {
  const double elapsed = seconds_of(now - chunk.since);
  if (elapsed < kPatientSeconds / 2) return false;
  if (seconds_of(now - chunk.progress) > 2 * kPatientSeconds) return true;
  const auto left = static_cast<double>(chunk.end - chunk.position());
  const auto came = static_cast<double>(chunk.position() - chunk.since_position);
  const double theirs = came > 0 ? left * elapsed / came : 1e9;
  const double ours = worker.rate() > 0 ? left / worker.rate() : 0;
  return theirs > kPatientSeconds && ours < theirs / 2;
}

// Called and left with the lock held.
void Relay::fetch(Worker& worker, const std::shared_ptr<Chunk>& chunk, std::unique_lock<std::mutex>& lock) {
  const auto began = Clock::now();
  const std::uint64_t from = chunk->position();
  if (++chunk->workers == 1) {
    chunk->since = began;
    chunk->since_position = from;
    chunk->progress = began;
  }
  worker.chunk = chunk;
  worker.asked_for = chunk.get();
  lock.unlock();
  std::exception_ptr failure;
  try {
    if (worker.provider == nullptr) {
      worker.provider = worker.line.connect([this, &worker] {
        const Chunk* asked_for = worker.asked_for;
        if (asked_for != nullptr && asked_for->complete) return true;
        const std::lock_guard guard(mutex_);
        return done_;
      });
    }
    std::uint64_t position = from;
    worker.provider->give(from, chunk->end, [&](EncodedFragment fragment) {
      return accept(worker, *chunk, position++, std::move(fragment));
    });
    if (position < chunk->end && !chunk->complete)
      throw Error(Errc::unavailable,
                  "the sample ended early, after " + std::to_string(position) + " fragments");
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  worker.seconds += seconds_of(Clock::now() - began);
  worker.asked_for = nullptr;
  worker.chunk.reset();
  --chunk->workers;
  if (failure && !done_) learn(worker, failure);
  wake_.notify_all();
}

bool Relay::accept(Worker& worker, Chunk& chunk, std::uint64_t position, EncodedFragment fragment) {
  const std::lock_guard lock(mutex_);
  if (done_ || chunk.complete) return false;
  if (position != chunk.position()) return true;  // a helper was faster
  chunk.got.push_back(std::move(fragment));
  chunk.progress = Clock::now();
  ++worker.fragments;
  worker.health.delivered();
  chunk.complete = chunk.position() == chunk.end;
  wake_.notify_all();
  return !chunk.complete;
}

// With the lock held.
void Relay::learn(Worker& worker, const std::exception_ptr& failure) {
  const auto now = Clock::now();
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    if (error.code() == Errc::interrupted) return worker.health.outrun(now);
    if (worker.health.learn(error, now)) note(mirror_note(worker.line.url, error.what()));
  } catch (const std::exception& error) {
    worker.health.dismiss();
    note(mirror_note(worker.line.url, error.what()));
  }
}

// The same again is said once.
void Relay::note(const std::string& text) {
  constexpr std::size_t kMost = 100;
  if (notes_.size() < kMost && std::find(notes_.begin(), notes_.end(), text) == notes_.end())
    notes_.push_back(text);
}

std::vector<std::string> Relay::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

std::vector<LineReport> Relay::lines() const {
  const std::lock_guard lock(mutex_);
  std::vector<LineReport> reports;
  for (const auto& worker : workers_)
    reports.push_back({worker->line.url, worker->fragments, worker->health.dismissed()});
  return reports;
}

}  // namespace frag
