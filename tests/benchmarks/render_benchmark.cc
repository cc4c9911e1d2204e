// One 256 px fragment at arbitrary angles: ours, by every instruction set of this machine, beside OpenCV's
// warpAffine. One thread. The last lines are medians over the angles, with the ratio of the two.
#include <benchmark/benchmark.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "libfrag/base/random.h"
#include "libfrag/image/render.h"

namespace {

constexpr int kTile = 256;
constexpr int kWidth = 2272, kHeight = 1704;
constexpr int kDegrees[] = {7, 33, 45, 61, 102, 155, 217, 290, 341};

struct Kind {
  const char* name;
  std::int64_t channels;
  int bits;
};
constexpr Kind kKinds[] = {{"gray8", 1, 8}, {"rgb8", 3, 8}, {"gray16", 1, 16}};

frag::Image picture(const Kind& kind) {
  frag::SplitMix64 random(1);
  frag::Image image(kWidth, kHeight, kind.channels, kind.bits);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width() * kind.channels; ++x) {
      const auto level = 100 + (x / kind.channels + y) % 64 + static_cast<std::int64_t>(random.below(16));
      if (kind.bits == 16) {
        image.row16(y)[x] = static_cast<std::uint16_t>(level * 257);
      } else {
        image.row(y)[x] = static_cast<std::uint8_t>(level);
      }
    }
  }
  return image;
}

void use_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void render_ours(benchmark::State& state, const Kind& kind, std::int64_t target, int degrees) {
  const frag::Image source = picture(kind);
  const frag::Angle angle = frag::make_angle(degrees * 1000);
  const frag::TileFrame middle{-kTile / 2 * frag::kSubpixel, -kTile / 2 * frag::kSubpixel, kTile, kTile};
  frag::Image tile(kTile, kTile, kind.channels, kind.bits);
  use_target(target);
  for (auto _ : state) {
    frag::render_tile(source, angle, middle, tile);
    benchmark::DoNotOptimize(tile.row(0));
  }
  use_target(0);
}

void render_opencv(benchmark::State& state, const Kind& kind, int degrees) {
  cv::setNumThreads(1);
  frag::Image source = picture(kind);
  const cv::Mat in(kHeight, kWidth,
                   CV_MAKETYPE(kind.bits == 16 ? CV_16U : CV_8U, static_cast<int>(kind.channels)),
                   source.row(0), static_cast<std::size_t>(source.stride()));
  cv::Mat turn = cv::getRotationMatrix2D({kWidth / 2, kHeight / 2}, degrees, 1), out;
  turn.at<double>(0, 2) += kTile / 2 - kWidth / 2;
  turn.at<double>(1, 2) += kTile / 2 - kHeight / 2;
  for (auto _ : state) {
    cv::warpAffine(in, out, turn, {kTile, kTile}, cv::INTER_LINEAR);
    benchmark::DoNotOptimize(out.data);
  }
}

// Also keeps each run's time by the name without the angle.
class Medians : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const std::string& name = run.run_name.function_name;
      times_[name.substr(0, name.rfind('/'))].push_back(run.GetAdjustedCPUTime());
    }
  }

  void print() {
    std::printf("\nmedian over %zu angles, us%34s\n", std::size(kDegrees), "OpenCV / ours");
    for (const Kind& kind : kKinds) {
      const double theirs = median(std::string(kind.name) + "/opencv");
      std::printf("%-16s %8.1f\n", (std::string(kind.name) + "/opencv").c_str(), theirs);
      for (const auto& [name, times] : times_) {
        if (name.starts_with(kind.name) && !name.ends_with("opencv"))
          std::printf("%-16s %8.1f %32.2f\n", name.c_str(), median(name), theirs / median(name));
      }
    }
  }

 private:
  double median(const std::string& name) {
    std::vector<double>& times = times_[name];
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

  std::map<std::string, std::vector<double>> times_;
};

void add(const std::string& name, auto work) {
  benchmark::RegisterBenchmark(name.c_str(), work)->Unit(benchmark::kMicrosecond)->MinTime(0.05);
}

void add_all() {
  const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  for (const Kind& kind : kKinds) {
    // Both sides of an angle one after the other, so that both meet the machine in the same state.
    for (const int degrees : kDegrees) {
      const std::string at = "/" + std::to_string(degrees), name = kind.name;
      add(name + "/opencv" + at,
          [&kind, degrees](benchmark::State& state) { render_opencv(state, kind, degrees); });
      for (const std::int64_t target : targets) {
        add(name + "/" + hwy::TargetName(target) + at,
            [&kind, target, degrees](benchmark::State& state) { render_ours(state, kind, target, degrees); });
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  add_all();
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  medians.print();
}
