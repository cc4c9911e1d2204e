#include "trainer/ahead_reader.h"

#include <sys/resource.h>
#include <unistd.h>

namespace frag::trainer {
namespace {

constexpr int kBehindTraining = 19;  // takes what training leaves of the processors

struct GivenUp {};

}  // namespace

void AheadReader::begin(const WantedSet& wanted, const ModelCard& card) {
  give_up();
  given_up_.store(false);
  wanted_ = wanted;
  shape_ = {.edge = card.input, .channels = card.channels};
  set_ = std::async(std::launch::async, [this, wanted, card] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kBehindTraining);
    return reader_.read(wanted, card, [this] {
      if (given_up_.load()) throw GivenUp{};
    });
  });
}

std::optional<FragmentSet> AheadReader::take(const WantedSet& wanted, const ModelCard& card) {
  const InputShape shape{.edge = card.input, .channels = card.channels};
  if (wanted_ != wanted || !(shape_ == shape)) {
    give_up();
    return std::nullopt;
  }
  wanted_.reset();
  try {
    return set_.get();
  } catch (const std::exception&) {
    return std::nullopt;
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
