// What the files of the service's endpoints share.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "libfrag/base/text.h"
#include "libfrag/http/message.h"
#include "trainer/aggregator/service.h"

namespace frag::aggregator {

// Bodies that are read into memory. Only a job's is large, with its mirrors, class weights and rows for
// nodes; all others are a few fields, which any worker may send.
inline constexpr std::uint64_t kJobLimit = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kJsonLimit = 4096;
// Below the time after which our own clients give up on a silent connection.
inline constexpr double kLongestPoll = 25;
inline constexpr double kUsualPoll = 20;
// Between two looks at a disk that was full.
inline constexpr std::chrono::seconds kDiskPause{1};

inline Json read_json(const http::Request& request, std::uint64_t limit = kJsonLimit) {
  return parse_json(http::read_body(request, limit), "the request's body");
}

inline std::int64_t number_in_path(const http::Request& request, const char* name) {
  const std::string& text = request.captures.at(name);
  const auto number = parse_integer(text);
  if (!number || *number < 0) throw http::HttpError(404, "there is no " + std::string(name) + " " + text);
  return *number;
}

inline double poll_seconds(const http::Request& request) {
  const std::string body = http::read_body(request, kJsonLimit);
  if (body.empty()) return kUsualPoll;
  const Json json = parse_json(body, "the request's body");
  return std::clamp(json_get_or<double>(json, "wait_s", kUsualPoll, "the request's body"), 0.0, kLongestPoll);
}

template <class Use>
auto Service::coordinate(const Use& use) {
  const std::lock_guard lock(mutex_);
  // Woken on the way out, whichever way that is: what is refused is counted, and time acts in every call.
  struct Waker {
    Service& service;
    std::uint64_t changes, openings;
    ~Waker() { service.wake(changes, openings); }
  } const waker{*this, coordinator_.changes(), coordinator_.openings()};
  return use(coordinator_);
}

// Asks `ask(worker, patience)` and, where there is nothing, waits, under one hold of the mutex: an opening
// cannot slip in between. While the disk has no room for what would come back there is nothing to do, so that
// workers stay and ask again; nobody is woken when there is room, so they look for themselves.
template <class Ask>
http::Response Service::offer(http::Request& request, Roles roles, const Ask& ask) {
  using std::chrono::duration;
  using Steady = std::chrono::steady_clock;
  const std::int64_t worker = require_worker(request, roles);
  const double seconds = poll_seconds(request);
  const auto until = Steady::now() + std::chrono::duration_cast<Steady::duration>(duration<double>(seconds));
  const auto patience = static_cast<rounds::Millis>(seconds * 1000);
  std::unique_lock lock(mutex_);
  for (bool in_time = true;; in_time = Steady::now() < until) {
    const std::uint64_t changes = coordinator_.changes(), openings = coordinator_.openings();
    const bool room = disk_.trouble().empty();
    decltype(ask(worker, patience)) offered{};
    if (room) {
      offered = ask(worker, patience);
    } else {
      offered.kind = coordinator_.present(worker, patience, roles == kEvaluate);
    }
    wake(changes, openings);
    if (offered.kind == rounds::OfferKind::task) {
      return http::Response::json({{"state", "task"}, {"lease", to_json(offered.lease)}});
    }
    if (offered.kind == rounds::OfferKind::finished) return http::Response::json({{"state", "finished"}});
    if (!in_time || stopping_) return http::Response::json({{"state", "wait"}});
    openings_.wait_until(lock, room ? until : std::min(until, Steady::now() + kDiskPause));
  }
}

}  // namespace frag::aggregator
