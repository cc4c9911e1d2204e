// Training steps on fragments rendered on the fly, beside the same steps on a batch that lies in memory.
//
//   training_benchmark DATASET MODEL [batches a turn, 20] [turns, 7]
//
// Both sides take turns; the medians of images/s are printed with their ratio.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "trainer/fragment_loader.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// One batch, again and again.
class MemoryFeed : public BatchFeed {
 public:
  MemoryFeed(Batch batch, std::int64_t batches) : batch_(std::move(batch)), batches_(batches) {}

  EpochOutline begin(std::int64_t, std::int64_t) override {
    left_ = batches_;
    return {.positions = static_cast<std::uint64_t>(batches_) * batch_.size(), .class_counts = {}};
  }
  const Batch* next() override { return left_-- > 0 ? &batch_ : nullptr; }

 private:
  const Batch batch_;
  const std::int64_t batches_;
  std::int64_t left_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double images_per_second(Training& training, BatchFeed& feed, std::int64_t epoch) {
  return training.epoch(feed, epoch).images_per_second;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: training_benchmark DATASET MODEL [batches] [turns]\n"), 2;
  const std::int64_t batches = argc > 3 ? std::stoll(argv[3]) : 20;
  const std::int64_t turns = argc > 4 ? std::stoll(argv[4]) : 7;
  keep_freed_memory();
  set_compute_threads(0);
  const auto access = open_access({argv[1]});
  const ModelInfo& model = model_info(argv[2]);
  LoaderPlan plan{.sample = {.count = {}},
                  .epochs = 1,
                  .batch = 32,
                  .shape = {.edge = model.input},
                  .augment = {.turns = true}};
  plan.shape.channels = natural_channels(access->catalog());
  plan.sample.count = static_cast<std::uint64_t>(batches * plan.batch);
  SampleSpec first = plan.sample;
  first.count = 200;
  Network network(make_card(model.name, access->catalog(), read_fragments(*access, first, plan.shape, "")),
                  1);
  const TrainSettings settings{.batch = plan.batch, .learning_rate = 1e-3, .augment = plan.augment};
  Training training(network, settings);
  const FragmentSet set = read_fragments(*access, first, plan.shape, "");
  SetFeed once(set, network.normaliser(), settings, access->catalog().classes().size());
  once.begin(0, 0);
  MemoryFeed memory(*once.next(), batches);
  std::vector<double> in_memory, rendered;
  for (std::int64_t turn = 0; turn <= turns; ++turn) {
    const double a = images_per_second(training, memory, turn);
    plan.epochs = turn + 1;
    FragmentLoader loader(*access, network.normaliser(), plan);  // nothing is ready yet
    const double b = images_per_second(training, loader, turn);
    if (turn == 0) continue;  // warms up
    in_memory.push_back(a);
    rendered.push_back(b);
  }
  std::printf(
      "%s, %lld px, batch %lld: in memory %.1f images/s, rendered on the fly %.1f images/s, ratio %.3f\n",
      model.name.c_str(), static_cast<long long>(plan.shape.edge), static_cast<long long>(plan.batch),
      median(in_memory), median(rendered), median(rendered) / median(in_memory));
  return 0;
}
