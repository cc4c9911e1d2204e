// A dataset of a million sources: what opening it costs in time and memory, and what a fragment's address
// costs. The tables alone are made, by a process of their own, so that the peak of this one is the reader's.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "libfrag/base/digest.h"
#include "libfrag/base/random.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSources = 1'000'000;

// Sources of a few sizes, in place: no store is needed to open them.
void write_tables(const fs::path& folder) {
  frag::Tables tables;
  tables.angles = tables.recipe.make_angles();
  tables.classes = {"gel", "cells", "fibres"};
  tables.in_place = "/nowhere";
  std::vector<std::uint64_t> fragments;
  for (std::int64_t i = 0; i < 10; ++i)
    fragments.push_back(frag::Tiling(2272 + i, 1704, tables.angles, tables.recipe.tiling()).tiles());
  frag::Source source;
  source.height = 1704;
  source.file.shard = frag::kNoShard;
  for (std::uint64_t i = 0; i < kSources; ++i) {
    const std::string number = std::to_string(i);
    source.name =
        tables.classes[i % 3] + "/2024-plate-" + std::to_string(i / 96) + "/field-" + number + ".tif";
    source.group = "plate-" + std::to_string(i / 96);
    source.class_number = static_cast<std::uint32_t>(i % 3);
    source.split = i / 96 % 5 == 0 ? "test" : "train";
    source.width = 2272 + static_cast<std::int64_t>(i % 10);
    source.fragments = fragments[i % 10];
    source.file.name = source.name;
    source.file.bytes = 3'000'000 + i;
    source.file.sha256 = frag::sha256_hex(number);
    source.pixels = frag::xxh3_128_hex(number);
    tables.sources.push_back(source);
  }
  frag::write_metadata(folder, tables);
}

// The folder, written once and gone with the program.
class MillionSources {
 public:
  MillionSources()
      : folder_(fs::temp_directory_path() / ("libfrag-benchmark-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    const pid_t child = ::fork();
    if (child == 0) {
      write_tables(folder_);
      std::_Exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  ~MillionSources() { fs::remove_all(folder_); }

  const fs::path& path() const { return folder_; }

 private:
  fs::path folder_;
};

const fs::path& million_sources() {
  static const MillionSources sources;
  return sources.path();
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void open_a_million_sources(benchmark::State& state) {
  const fs::path& place = million_sources();  // made before the clock runs
  for (auto _ : state) {
    const frag::DatasetFolder folder(place);
    benchmark::DoNotOptimize(folder.catalog().fragments());
  }
  state.counters["peak_MiB"] = peak_megabytes();
}
BENCHMARK(open_a_million_sources)->Unit(benchmark::kMillisecond);

void address_of_a_fragment(benchmark::State& state) {
  const frag::DatasetFolder folder(million_sources());
  frag::SplitMix64 random(1);
  std::vector<frag::FragmentId> ids;
  for (int i = 0; i < 1 << 20; ++i) ids.push_back(random.below(folder.catalog().fragments()));
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(folder.catalog().locate(ids[next++ & (ids.size() - 1)]));
}
BENCHMARK(address_of_a_fragment)->Unit(benchmark::kNanosecond);

}  // namespace
