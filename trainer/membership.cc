#include "trainer/membership.h"

#include <cstdio>

namespace frag::trainer {
namespace {

constexpr int kGone = 410;

}  // namespace

Membership::Membership(const std::string& url, const std::string& join_token, const std::string& name)
    : name_(name), join_token_(join_token), link_(url, join_token), patience_(link_.url()) {
  token_ = persist([this] { return link_.join(name_); });
  say("joined " + link_.url());
}

const rounds::WeightsFile& Membership::weights(std::int64_t version) {
  return weights_.get(version, [&] { return fetch_weights(version); });
}

std::string Membership::fetch_weights(std::int64_t version) {
  try {
    return persist([&] { return link_.weights(version); });
  } catch (const http::AnswerError& error) {
    if (error.status() != kGone) throw;
    throw GivenUp{error.what()};
  }
}

void Membership::do_or_give_up(const std::function<void()>& work, const std::function<void()>& ask) {
  try {
    work();
  } catch (const GivenUp& lease) {
    say("given up: " + lease.why);
    wait_for_stop(kShortestPoll);  // it may be offered again
  } catch (...) {
    give_up_lease(ask);
    throw;
  }
}

void Membership::give_up_lease(const std::function<void()>& ask) {
  try {
    ask();
    AggregatorLink(link_.url(), join_token_).join(name_);
  } catch (const Error& error) {
    say(std::string("the lease is not given up: ") + error.what());
  }
}

void Membership::say(const std::string& line) const {
  std::printf("%s: %s\n", name_.c_str(), line.c_str());
}

}  // namespace frag::trainer
