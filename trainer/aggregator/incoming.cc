#include "trainer/aggregator/incoming.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "libfrag/http/message.h"

namespace frag::aggregator {

namespace {

// For one that was cut to end, and to be kept.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

std::unique_ptr<Incoming::Place> Incoming::enter(const std::string& name, std::function<void()> cut) {
  // What is kept of others is worth less than a whole result.
  if (!disk_.trouble().empty()) {
    const std::lock_guard lock(mutex_);
    while (!parts_.empty()) remove(parts_.begin());
  }
  disk_.require();
  std::unique_lock lock(mutex_);
  cut_sender_of(name);
  const bool ends = receives(name) || (is_full() && cut_slowest());
  if (ends) ended_.wait_for(lock, kPatience, [&] { return !is_full() && !receives(name); });
  if (is_full()) {
    throw http::try_later(
        std::to_string(senders_.size()) + " uploads are under way, as many as are taken at once", 2);
  }
  senders_.push_back({name, std::move(cut), Clock::now()});
  return std::make_unique<Place>(*this, std::prev(senders_.end()));
}

void Incoming::Place::piece_came() const {
  const std::lock_guard lock(incoming_.mutex_);
  sender_->read = Clock::now();
}

void Incoming::Place::came_whole() const {
  const std::lock_guard lock(incoming_.mutex_);
  sender_->came_whole = true;
}

bool Incoming::Place::was_cut() const {
  const std::lock_guard lock(incoming_.mutex_);
  return sender_->was_cut;
}

void Incoming::leave(Senders::iterator sender) {
  const std::lock_guard lock(mutex_);
  senders_.erase(sender);
  ended_.notify_all();
}

bool Incoming::receives(const std::string& name) const {
  return std::any_of(senders_.begin(), senders_.end(),
                     [&](const Sender& one) { return one.name == name && !one.came_whole; });
}

// Under the mutex, so that its request is still being answered.
void Incoming::cut(Sender& sender) {
  if (sender.cut) sender.cut();
  sender.was_cut = true;
}

void Incoming::cut_sender_of(const std::string& name) {
  for (Sender& one : senders_) {
    if (one.name == name && !one.came_whole && !one.was_cut) cut(one);
  }
}

// False where none is slow.
bool Incoming::cut_slowest() {
  const Clock::time_point slow = Clock::now() - limits_.slow_after;
  const auto rank = [](const Sender& one) {
    return one.came_whole || one.was_cut ? Clock::time_point::max() : one.read;
  };
  const auto slowest = std::min_element(senders_.begin(), senders_.end(),
                                        [&](const Sender& a, const Sender& b) { return rank(a) < rank(b); });
  if (slowest == senders_.end() || rank(*slowest) > slow) return false;
  cut(*slowest);
  return true;
}

Incoming::Part Incoming::begin() {
  Part part;
  part.path = directory_.incoming();
  return part;
}

std::uint64_t Incoming::kept_bytes(const std::string& name) {
  std::unique_lock lock(mutex_);
  cut_sender_of(name);
  ended_.wait_for(lock, kPatience, [&] { return !receives(name); });
  remove_old();
  const auto found = parts_.find(name);
  return found == parts_.end() ? 0 : found->second.bytes;
}

Incoming::Part Incoming::resume(const std::string& name, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  remove_old();
  const auto found = parts_.find(name);
  const std::uint64_t kept = found == parts_.end() ? 0 : found->second.bytes;
  if (found == parts_.end() || kept != offset) {
    throw http::HttpError(
        409, "the upload goes on at byte " + std::to_string(kept) + ", not at byte " + std::to_string(offset),
        {{"Upload-Offset", std::to_string(kept)}});
  }
  Part part = std::move(found->second);
  parts_.erase(found);
  return part;
}

void Incoming::keep(const std::string& name, Part part) {
  part.last = Clock::now();
  const std::lock_guard lock(mutex_);
  if (const auto before = parts_.find(name); before != parts_.end()) remove(before);
  parts_.emplace(name, std::move(part));
  remove_old();
  while (parts_.size() > limits_.kept) {
    remove(std::min_element(parts_.begin(), parts_.end(),
                            [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
}

void Incoming::drop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = parts_.find(name); found != parts_.end()) remove(found);
}

void Incoming::remove(Parts::iterator part) {
  ::unlink(part->second.path.c_str());
  parts_.erase(part);
}

void Incoming::remove_old() {
  const Clock::time_point oldest = Clock::now() - limits_.kept_for;
  for (auto part = parts_.begin(); part != parts_.end();) {
    const auto next = std::next(part);
    if (part->second.last < oldest) remove(part);
    part = next;
  }
}

}  // namespace frag::aggregator
