// Decoding micrographs: ours beside libvips alone on the same files in one run, one thread. The files are
// those of FRAG_TEST_DATA/blood-smears, or one drawn here where that is not set.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vips/vips8>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/read.h"

namespace {

namespace fs = std::filesystem;

frag::Image drawn() {
  frag::SplitMix64 random(1);
  frag::Image image(1280, 960, 3);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t i = 0; i < image.width() * 3; ++i) {
      image.row(y)[i] =
          static_cast<std::uint8_t>(100 + (i / 3 + y) % 64 + static_cast<std::int64_t>(random.below(16)));
    }
  }
  return image;
}

const std::vector<std::string>& jpegs() {
  static const std::vector<std::string> files = [] {
    std::vector<std::string> found;
    const char* data = std::getenv("FRAG_TEST_DATA");
    const fs::path folder = fs::path(data == nullptr ? "" : data) / "blood-smears";
    if (data != nullptr && fs::is_directory(folder)) {
      for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (frag::looks_like_image(entry.path().string())) found.push_back(frag::read_file(entry.path()));
      }
    }
    if (found.empty()) found.push_back(frag::encode_jpeg(drawn()));
    return found;
  }();
  return files;
}

const std::vector<std::string>& pngs() {
  static const std::vector<std::string> files = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, jpegs().size()); ++i)
      made.push_back(frag::encode_png(frag::decode_image(jpegs()[i])));
    return made;
  }();
  return files;
}

template <class Work>
void for_each_file(benchmark::State& state, const std::vector<std::string>& files, Work work) {
  for (auto _ : state) {
    for (const std::string& file : files) work(file);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(files.size()));
}

void vips_alone(benchmark::State& state, const std::vector<std::string>& (*files)()) {
  frag::decode_image(pngs()[0]);  // starts libvips as both sides use it
  for_each_file(state, files(), [](const std::string& file) {
    const vips::VImage image = vips::VImage::new_from_buffer(
        file.data(), file.size(), "", vips::VImage::option()->set("access", VIPS_ACCESS_SEQUENTIAL));
    benchmark::DoNotOptimize(image.copy_memory().data());
  });
}

void ours(benchmark::State& state, const std::vector<std::string>& (*files)()) {
  for_each_file(state, files(), [](const std::string& file) {
    const frag::Image image = frag::decode_image(file);
    benchmark::DoNotOptimize(image.row(0));
  });
}

void ours_gray(benchmark::State& state, const std::vector<std::string>& (*files)()) {
  for_each_file(state, files(), [](const std::string& file) {
    frag::ReadOptions options;
    options.gray = true;
    const frag::Image image = frag::ImageFile::from_bytes(file).read(0, options);
    benchmark::DoNotOptimize(image.row(0));
  });
}

// libvips works on threads of its own: their time counts too.
void both_clocks(benchmark::internal::Benchmark* one) {
  one->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}

}  // namespace

BENCHMARK_CAPTURE(vips_alone, jpeg, jpegs)->Apply(both_clocks);
BENCHMARK_CAPTURE(ours, jpeg, jpegs)->Apply(both_clocks);
BENCHMARK_CAPTURE(ours_gray, jpeg, jpegs)->Apply(both_clocks);
BENCHMARK_CAPTURE(vips_alone, png, pngs)->Apply(both_clocks);
BENCHMARK_CAPTURE(ours, png, pngs)->Apply(both_clocks);
