// A worker's standing with its aggregator: joined under a name, asking for leases until the job has ended,
// with patience where nobody answers, and weights in memory by their version.
//
// Belongs to one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "libfrag/base/stop.h"
#include "trainer/aggregator_link.h"
#include "trainer/given_up.h"
#include "trainer/patience.h"
#include "trainer/version_in_memory.h"

namespace frag::trainer {

class Membership {
 public:
  // Joins; Errc::unavailable where the aggregator stays away for ten minutes. `join_token` may be empty.
  Membership(const std::string& url, const std::string& join_token, const std::string& name);

  // A link with the worker's own token, and what others need for links of their own.
  AggregatorLink& link() { return link_; }
  const std::string& token() const { return token_; }
  const std::string& join_token() const { return join_token_; }

  // As Patience::persist, with the aggregator.
  template <class Ask>
  auto persist(Ask ask) {
    return patience_.persist(ask);
  }

  // Asks with `ask(wait_s)` and does what comes with `work(lease)`, until the answer is that the job has
  // ended. Where `work` fails, the lease is given up first, so that another has it at once.
  template <class Lease>
  void serve(const std::function<Offered<Lease>(double)>& ask, const std::function<void(const Lease&)>& work);

  // The weights of that version; they stand until the next call. GivenUp where they are no longer kept.
  const rounds::WeightsFile& weights(std::int64_t version);

  // A line for people, behind the worker's name.
  void say(const std::string& line) const;

 private:
  // `work`, and what becomes of its failure; `ask` shows the worker's token and has no consequence.
  void do_or_give_up(const std::function<void()>& work, const std::function<void()>& ask);
  // Joins again, which frees the lease; but not where the worker's token is no longer taken: somebody else
  // has its name by now, and is not to be thrown out. Says so where it fails.
  void give_up_lease(const std::function<void()>& ask);
  std::string fetch_weights(std::int64_t version);

  // Shorter than the aggregator would hold it, so that a stop is noticed soon.
  static constexpr double kPollSeconds = 4;
  static constexpr std::chrono::milliseconds kShortestPoll{200};

  const std::string name_;
  const std::string join_token_;
  AggregatorLink link_;
  Patience patience_;
  std::string token_;
  VersionInMemory weights_;
};

template <class Lease>
void Membership::serve(const std::function<Offered<Lease>(double)>& ask,
                       const std::function<void(const Lease&)>& work) {
  while (true) {
    throw_if_stopped();
    const auto asked = std::chrono::steady_clock::now();
    const Offered<Lease> answer = persist([&] { return ask(kPollSeconds); });
    if (answer.state == TaskState::finished) return;
    if (answer.state == TaskState::task) {
      do_or_give_up([&] { work(answer.lease); }, [&] { ask(0); });
    } else if (std::chrono::steady_clock::now() - asked < kShortestPoll) {
      wait_for_stop(kShortestPoll);  // an aggregator that does not hold polls is not to be flooded
    }
  }
}

}  // namespace frag::trainer
