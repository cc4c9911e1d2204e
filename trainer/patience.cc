#include "trainer/patience.h"

#include <algorithm>
#include <cstdio>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/http/client.h"

namespace frag::trainer {
namespace {

using std::chrono::milliseconds;

// The answer of somebody who is there and wants to be asked later; nullptr for all else.
const http::AnswerError* says_later(const Error& error) {
  const auto* answer = dynamic_cast<const http::AnswerError*>(&error);
  if (answer == nullptr) return nullptr;
  const int status = answer->status();
  return status == 429 || status == 503 || status == 507 ? answer : nullptr;
}

}  // namespace

void Patience::pause(Outage& outage, const Error& error) const {
  const http::AnswerError* later = says_later(error);
  const auto limit = static_cast<double>(limit_.count());
  if (outage.attempts++ == 0) report_begin(error, later != nullptr);
  if (outage.attempts == 1 || later != nullptr) outage.start = Clock::now();
  if (later == nullptr && Clock::now() - outage.start > limit_) {
    throw Error(Errc::unavailable, std::string(error.what()) + "; gave up after " + format_seconds(limit));
  }
  milliseconds pause = outage.next_pause;
  if (later != nullptr && later->retry_after())
    pause = std::max<milliseconds>(kShortest, *later->retry_after());
  if (wait_for_stop(pause)) throw_if_stopped();
  outage.next_pause = std::min(outage.next_pause * 2, milliseconds(15000));
}

void Patience::report_begin(const Error& error, bool later) const {
  if (later) {
    std::fprintf(stderr, "fragtrain: %s says \"later\" (%s); asking again\n", whom_.c_str(), error.what());
    return;
  }
  std::fprintf(stderr, "fragtrain: no answer from %s (%s); asking again for up to %s\n", whom_.c_str(),
               error.what(), format_seconds(static_cast<double>(limit_.count())).c_str());
}

void Patience::report_end() const {
  std::fprintf(stderr, "fragtrain: answers come again from %s\n", whom_.c_str());
}

}  // namespace frag::trainer
