#include "trainer/ahead_reader.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

namespace frag::trainer {
namespace {

constexpr int kBehindTraining = 19;             // takes what training leaves of the processors
constexpr std::chrono::milliseconds kLook{50};  // how often who waits asks whether it is to go on

}  // namespace

void AheadReader::begin(const WantedSet& wanted, const ModelCard& card) {
  give_up();
  given_up_.store(false);
  wanted_ = wanted;
  shape_ = shape_of(card);
  set_ = std::async(std::launch::async, [this, wanted, card] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kBehindTraining);
    return reader_.read(wanted, card, [this] { return given_up_.load(); });
  });
}

FragmentSet AheadReader::read(const WantedSet& wanted, const ModelCard& card,
                              const std::function<bool()>& cancelled) {
  if (std::optional<FragmentSet> set = take(wanted, card, cancelled)) return *std::move(set);
  return reader_.read(wanted, card, cancelled);
}

std::optional<FragmentSet> AheadReader::take(const WantedSet& wanted, const ModelCard& card,
                                             const std::function<bool()>& cancelled) {
  if (wanted_ != wanted || !(shape_ == shape_of(card))) {
    give_up();
    return std::nullopt;
  }
  wanted_.reset();
  while (set_.wait_for(kLook) != std::future_status::ready) {
    if (!cancelled || !cancelled()) continue;
    give_up();
    return std::nullopt;
  }
  try {
    return set_.get();
  } catch (const std::exception&) {
    return std::nullopt;  // whoever reads it now meets the error
  }
}

void AheadReader::give_up() {
  wanted_.reset();
  if (!set_.valid()) return;
  given_up_.store(true);
  set_.wait();
  set_ = {};
}

}  // namespace frag::trainer
