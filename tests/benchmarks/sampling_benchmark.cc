// Drawing 6,000 fragments, 3 classes, 654 sources, from 4.56 million and from 10^12: the same work, or it is
// wrong.
#include <benchmark/benchmark.h>

#include "libfrag/sampling/sampler.h"

namespace {

frag::Sampler make_sampler(std::uint64_t fragments_per_source) {
  std::vector<std::vector<frag::IdRange>> classes(3);
  for (std::uint64_t source = 0; source < 654; ++source) {
    classes[source % 3].push_back({source * fragments_per_source, fragments_per_source});
  }
  return frag::Sampler({"a", "b", "c"}, {{"train", classes}});
}

void draw_6000(benchmark::State& state) {
  const auto per_source = static_cast<std::uint64_t>(state.range(0));
  const frag::Sampler sampler = make_sampler(per_source);
  frag::SampleSpec spec;
  spec.count = 6000;
  std::uint64_t steps = 0, drawn = 0;
  for (auto _ : state) {
    ++spec.seed;
    const frag::SampleList list = sampler.draw(spec);
    frag::FragmentId sum = 0;
    for (std::uint64_t i = 0; i < list.size(); ++i) sum += list.at(i, &steps);
    drawn += list.size();
    benchmark::DoNotOptimize(sum);
  }
  state.counters["fragments"] = static_cast<double>(per_source * 654);
  state.counters["steps_a_draw"] = static_cast<double>(steps) / static_cast<double>(drawn);
}

}  // namespace

BENCHMARK(draw_6000)
    ->Arg(6972)
    ->Arg(1529051988)
    ->Unit(benchmark::kMillisecond)
    ->Repetitions(5)
    ->ReportAggregatesOnly();
