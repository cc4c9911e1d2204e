// What aggregate_benchmark.sh measures.
//
//   aggregate_benchmark make DIR PARAMETERS RESULTS     weights and results of so many floats in ten tensors
//   aggregate_benchmark run DIR RULE RESULTS            a step of the server over the first RESULTS of them
//   (over
//                                                       and over again where there are fewer), best of three
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/rules/catalog.h"

using namespace frag;
using namespace frag::rounds;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double synced = 0;  // seconds in fsync()

void write_floats(const std::filesystem::path& path, std::int64_t parameters, std::uint64_t seed) {
  std::vector<TensorInfo> tensors(10);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    tensors[t].name = "layer" + std::to_string(t);
    tensors[t].shape = {parameters / 10 / 100, 100};
  }
  AtomicFile file(path);
  file.write(make_header(tensors, nullptr));
  SplitMix64 random(seed);
  std::vector<float> numbers(tensors[0].elements());
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    for (float& number : numbers) number = static_cast<float>(random.uniform() - 0.5);
    file.write({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
  }
  file.commit();
}

void run_rule(const std::filesystem::path& dir, const std::string& name, std::size_t count) {
  std::size_t there = 0;
  while (std::filesystem::exists(dir / ("result" + std::to_string(there)))) ++there;
  StepFiles files{dir / "base", {}, dir / "next", {}, dir / "memory"};
  Step step;
  for (std::size_t p = 0; p < count; ++p) {
    files.results.push_back(dir / ("result" + std::to_string(p % there)));
    step.contributions.push_back({.part = static_cast<std::int64_t>(p), .norm = 1});
  }
  const auto bytes = static_cast<double>(FileReader(files.base).size());
  const auto rule = make_rule(complete({name, {}}), step);
  double best = 1e9, best_synced = 0;
  for (int trial = 0; trial < 3; ++trial) {
    synced = 0;
    const auto start = Clock::now();
    aggregate(files, *rule);
    const double seconds = seconds_since(start) - synced;
    if (seconds < best) best = seconds, best_synced = synced;
    if (!rule->memory().empty()) files.memory = files.next_memory;
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  const double peak = static_cast<double>(usage.ru_maxrss) * 1024;
  std::printf("%-12s %3zu results: %.3f s  %.2f GB/s  and fsync %.3f s  peak %.2f models (%.0f MB)\n",
              name.c_str(), count, best, static_cast<double>(count) * bytes / best / 1e9, best_synced,
              peak / bytes, peak / 1e6);
}

}  // namespace

// In the place of the C library's: what the disk takes is told apart from the work.
extern "C" int fsync(int fd) {
  const auto start = Clock::now();
  const auto result = static_cast<int>(::syscall(SYS_fsync, fd));
  synced += seconds_since(start);
  return result;
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::filesystem::path dir = argv[2];
  if (std::string(argv[1]) == "run") {
    run_rule(dir, argv[3], static_cast<std::size_t>(std::atoll(argv[4])));
    return 0;
  }
  const auto parameters = static_cast<std::int64_t>(std::atof(argv[3]));
  write_floats(dir / "base", parameters, 0);
  for (int p = 0; p < std::atoi(argv[4]); ++p) {
    write_floats(dir / ("result" + std::to_string(p)), parameters, static_cast<std::uint64_t>(p) + 1);
  }
}
