#include "libfrag/fetching/health.h"

#include <algorithm>

#include "libfrag/http/client.h"

namespace frag {
namespace {

using std::chrono::milliseconds;

// `first`, doubled with each step, at most `most`.
milliseconds doubled(milliseconds first, int steps, milliseconds most) {
  return std::min(most, first * (std::int64_t{1} << std::min(steps, 16)));
}

}  // namespace

void Health::failed(Clock::time_point now) {
  ask_again_ = now + doubled(milliseconds(250), failures_, milliseconds(30'000));
  ++failures_;
}

void Health::outrun(Clock::time_point now) {
  ask_again_ = now + doubled(milliseconds(1000), outrun_, milliseconds(60'000));
  ++outrun_;
}

void Health::busy(Clock::time_point now, Clock::duration wait) {
  ask_again_ = now + wait;
}

void Health::wrong(Clock::time_point now) {
  failed(now);
  if (++wrong_ >= kMostWrong) dismiss();
}

bool Health::learn(const Error& error, Clock::time_point now) {
  if (dynamic_cast<const WrongAnswer*>(&error) != nullptr) {
    wrong(now);
    return true;
  }
  if (const auto* answer = dynamic_cast<const http::AnswerError*>(&error)) {
    const int status = answer->status();
    if (status == 503 && answer->retry_after()) {
      busy(now, *answer->retry_after());
      return false;
    }
    // A request that was understood and will be refused again; anything else may be a passing trouble.
    const bool final = status >= 400 && status < 500 && status != 408 && status != 429;
    final ? dismiss() : failed(now);
    return true;
  }
  const bool passing = error.code() == Errc::unavailable || error.code() == Errc::bad_input;
  passing ? failed(now) : dismiss();
  return true;
}

std::string mirror_note(const std::string& url, const std::string& what) {
  return "mirror " + (what.compare(0, url.size(), url) == 0 ? what : url + ": " + what);
}

}  // namespace frag
