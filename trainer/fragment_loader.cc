#include "trainer/fragment_loader.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/sampling/sampler.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kFewestBatches = 4;
constexpr std::size_t kMostBatches = 64;
constexpr std::size_t kQueueBytes = std::size_t{128} << 20;
constexpr std::size_t kNamedReasons = 3;

// A step's threads wait for the last of them, so each moment that another thread takes from one is lost to
// all.
constexpr int kBehindSteps = 10;

// The one who takes the batches has gone.
struct Closed {};

std::size_t most_batches(const LoaderPlan& plan) {
  const auto values = plan.batch * plan.shape.edge * plan.shape.edge * plan.shape.channels;
  return std::clamp(kQueueBytes / (static_cast<std::size_t>(values) * sizeof(float)), kFewestBatches,
                    kMostBatches);
}

std::vector<std::uint64_t> count_classes(const Catalog& catalog, const SampleList& list) {
  std::vector<std::uint64_t> counts(catalog.classes().size());
  for (std::uint64_t position = 0; position < list.size(); ++position) {
    ++counts.at(catalog.class_of(list.at(position)).value());
  }
  return counts;
}

}  // namespace

// Makes batches of one epoch's fragments as they come.
class FragmentLoader::EpochReader {
 public:
  EpochReader(FragmentLoader& loader, std::int64_t epoch)
      : loader_(loader), plan_(loader.plan_), epoch_(epoch), spec_(plan_.sample) {
    spec_.round = static_cast<std::uint64_t>(epoch);
  }

  void read(const Sampler& sampler, std::int64_t step) {
    const Catalog& catalog = loader_.access_.catalog();
    const SampleList list = sampler.draw(spec_);
    size_ = list.size();
    loader_.put({.kind = Item::Kind::outline,
                 .outline = {.positions = size_, .class_counts = count_classes(catalog, list)}});
    ReadRequest request{.spec = spec_, .skip = static_cast<std::uint64_t>(step * plan_.batch)};
    begun_ = request.skip;
    if (plan_.augment.rotate) request.free_turns = augmentation_seed(plan_.seed, epoch_, 0);
    request.prepare = [this](const Fragment& fragment, const Image& pixels) {
      Image shaped = in_shape(pixels, plan_.shape);
      change_pixels(shaped, plan_.augment, seed_of(fragment));
      return shaped;
    };
    request.damaged = [&](const Fragment& fragment, const std::string& why) {
      note(fragment, catalog.sources()[fragment.source].name, why);
      advance(fragment.position);
    };
    loader_.access_.read(request, [this](const Fragment& fragment) {
      const std::uint8_t symmetry = drawn_symmetry(plan_.augment, seed_of(fragment));
      loader_.normaliser_.add(fragment.pixels, symmetry, fragment.class_number, fragment.id, batch_);
      advance(fragment.position);
    });
    if (left_out_.fragments > 0 && left_out_.fragments == size_ - begun_) {
      throw Error(Errc::bad_input, "every fragment of the epoch is damaged: " + left_out_.reasons.front());
    }
    loader_.put({.kind = Item::Kind::end, .left_out = std::move(left_out_)});
  }

 private:
  std::uint64_t seed_of(const Fragment& fragment) const {
    return augmentation_seed(plan_.seed, epoch_, fragment.position);
  }

  void note(const Fragment& fragment, const std::string& source, const std::string& why) {
    if (left_out_.fragments++ >= kNamedReasons) return;
    left_out_.reasons.push_back("fragment " + std::to_string(fragment.id) + " of " + source + ": " + why);
  }

  // Hands the batch on behind its last position.
  void advance(std::uint64_t position) {
    const bool full = (position + 1) % static_cast<std::uint64_t>(plan_.batch) == 0;
    if (!full && position + 1 < size_) return;
    loader_.put({.kind = Item::Kind::batch, .batch = std::move(batch_)});
    batch_ = loader_.spare_batch();
  }

  FragmentLoader& loader_;
  const LoaderPlan& plan_;
  const std::int64_t epoch_;
  SampleSpec spec_;
  std::uint64_t size_ = 0;
  std::uint64_t begun_ = 0;  // position
  Batch batch_;
  LeftOut left_out_;
};

FragmentLoader::FragmentLoader(Access& access, const Normaliser& normaliser, const LoaderPlan& plan)
    : access_(access), normaliser_(normaliser), plan_(plan), most_batches_(most_batches(plan)) {}

FragmentLoader::~FragmentLoader() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

EpochOutline FragmentLoader::begin(std::int64_t epoch, std::int64_t step) {
  if (!thread_.joinable()) thread_ = std::thread([this, epoch, step] { work(epoch, step); });
  left_out_ = {};
  Item item = take();
  if (item.kind != Item::Kind::outline) throw Error(Errc::internal, "an epoch begins before the last ended");
  return std::move(item.outline);
}

const Batch* FragmentLoader::next() {
  Item item = take();
  if (item.kind == Item::Kind::end) {
    left_out_ = std::move(item.left_out);
    return nullptr;
  }
  std::swap(current_, item);
  const std::lock_guard lock(mutex_);
  spares_.push_back(std::move(item.batch));
  return &current_.batch;
}

void FragmentLoader::work(std::int64_t epoch, std::int64_t step) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kBehindSteps);
  const ThreadLimit threads(plan_.threads);
  try {
    const Sampler sampler(access_.catalog());
    for (; epoch < plan_.epochs; ++epoch, step = 0) EpochReader(*this, epoch).read(sampler, step);
  } catch (const Closed&) {
    return;
  } catch (...) {
    try {
      put({.kind = Item::Kind::failure, .failure = std::current_exception()});
    } catch (const Closed&) {
      return;
    }
  }
}

void FragmentLoader::put(Item item) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || batches_ < most_batches_; });
  if (closed_) throw Closed{};
  batches_ += item.kind == Item::Kind::batch ? 1 : 0;
  queue_.push_back(std::move(item));
  lock.unlock();
  changed_.notify_all();
}

Batch FragmentLoader::spare_batch() {
  const std::lock_guard lock(mutex_);
  if (spares_.empty()) return {};
  Batch batch = std::move(spares_.back());
  spares_.pop_back();
  batch.clear();
  return batch;
}

FragmentLoader::Item FragmentLoader::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !queue_.empty(); });
  Item item = std::move(queue_.front());
  queue_.pop_front();
  batches_ -= item.kind == Item::Kind::batch ? 1 : 0;
  lock.unlock();
  changed_.notify_all();
  if (item.kind == Item::Kind::failure) std::rethrow_exception(item.failure);
  return item;
}

}  // namespace frag::trainer
