// A whole source out as a tar of fragments, as export_benchmark.py compares it with a laboratory's script:
//     export_benchmark SOURCE OUT.tar png|jpg [gray|keep] [THREADS]
//     export_benchmark --synthesise OUT.png
// The published cut: 256 px, overlap a half, 72 angles, fit "inscribed". Prints the tiles and tiles/s,
// decoding included.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libfrag/archive/tar.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/read.h"
#include "libfrag/image/synth.h"
#include "libfrag/image/turned_rows.h"

namespace {

using namespace frag;

struct Work {
  const Image& source;
  std::vector<Angle> angles;
  bool jpeg;
};

// Threads take angles one after another; the tar has the order in which they come.
class Export {
 public:
  Export(const Work& work, const std::string& path)
      : work_(work), file_(path, std::ios::binary), tar_([this](std::string_view bytes) {
          file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        }) {}

  std::uint64_t run(int threads) {
    {
      std::vector<std::jthread> pool;
      for (int i = 0; i < threads; ++i) pool.emplace_back([this] { export_angles(); });
    }
    tar_.finish();
    file_.close();
    if (!file_) throw Error(Errc::io, "the tar cannot be written");
    return tiles_;
  }

 private:
  void export_angles() {
    TurnedRows rows;
    PngEncoder png;
    JpegEncoder jpeg;
    for (std::size_t i = next_++; i < work_.angles.size(); i = next_++) {
      const Angle& angle = work_.angles[i];
      const AngleGrid grid(work_.source.width(), work_.source.height(), angle, {Fit::inscribed, 256, 128});
      const std::string prefix = format_degrees(angle.millidegrees) + "_";
      rows.render(work_.source, angle, grid, [&](std::uint64_t tile, const Image& pixels) {
        const std::string_view encoded = work_.jpeg ? jpeg.encode(pixels, 90) : png.encode(pixels);
        const std::string name = prefix + std::to_string(tile) + (work_.jpeg ? ".jpg" : ".png");
        const std::lock_guard lock(mutex_);
        tar_.add(name, encoded);
        ++tiles_;
      });
    }
  }

  const Work& work_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::ofstream file_;  // these three are guarded by mutex_
  TarWriter tar_;
  std::uint64_t tiles_ = 0;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--synthesise") {
    write_file_atomic(arguments[1], encode_png(synthesise({})));
    return 0;
  }
  if (arguments.size() < 3)
    throw Error(Errc::usage, "export_benchmark SOURCE OUT.tar png|jpg [gray|keep] [THREADS]");
  const auto start = std::chrono::steady_clock::now();
  Image source = decode_image(read_file(arguments[0]));
  if (arguments.size() > 3 && arguments[3] == "gray") source = to_gray(source);
  Work work{source, {}, arguments[2] == "jpg"};
  for (const std::int32_t millidegrees : parse_angles("0:355:5"))
    work.angles.push_back(make_angle(millidegrees));
  const std::uint64_t tiles =
      Export(work, arguments[1]).run(arguments.size() > 4 ? std::stoi(arguments[4]) : 2);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%llu tiles %.2f s %.0f tiles/s\n", static_cast<unsigned long long>(tiles), seconds,
              static_cast<double>(tiles) / seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "export_benchmark: %s\n", error.what());
    return 1;
  }
}
