#include "trainer/aggregator/incoming.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "libfrag/http/message.h"

namespace frag::aggregator {

std::unique_ptr<Incoming::Place> Incoming::enter() {
  // What is kept of others is worth less than a whole result.
  if (!disk_.trouble().empty()) {
    const std::lock_guard lock(mutex_);
    while (!parts_.empty()) remove(parts_.begin());
  }
  disk_.require();
  const std::lock_guard lock(mutex_);
  if (under_way_ >= limits_.uploads) {
    throw http::try_later(std::to_string(under_way_) + " uploads are under way, as many as are taken at once",
                          2);
  }
  ++under_way_;
  return std::make_unique<Place>(*this);
}

void Incoming::leave() {
  const std::lock_guard lock(mutex_);
  --under_way_;
}

Incoming::Part Incoming::begin() {
  Part part;
  part.path = directory_.incoming();
  return part;
}

std::uint64_t Incoming::kept_bytes(const std::string& name) {
  const std::lock_guard lock(mutex_);
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
