#include "libfrag/cutting/synth_set.h"

#include <oneapi/tbb/parallel_for.h>

#include <array>
#include <cstdio>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/synth.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

std::string file_name(const std::string& class_name, std::uint32_t index) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "-%03u.png", index);
  return class_name + number.data();
}

}  // namespace

void write_synth_set(const SynthSetOptions& options) {
  const auto& names = synth_classes();
  if (options.classes < 2 || options.classes > names.size()) {
    throw Error(Errc::usage, std::to_string(options.classes) + " classes: there are between 2 and " +
                                 std::to_string(names.size()) + " structures");
  }
  if (options.per_class < 1 || options.per_class > 10000) {
    throw Error(Errc::usage, std::to_string(options.per_class) + " pictures a class: between 1 and 10,000");
  }
  if (fs::exists(options.folder) && !fs::is_empty(options.folder)) {
    throw Error(Errc::usage, options.folder.string() + ": holds something already; choose another folder");
  }
  std::error_code failed;
  for (std::uint32_t i = 0; i < options.classes; ++i) {
    fs::create_directories(options.folder / names[i], failed);
    if (failed)
      throw Error(Errc::io, "create " + (options.folder / names[i]).string() + ": " + failed.message());
  }
  const std::uint32_t total = options.classes * options.per_class;
  Progress progress("synth", total, "pictures");
  oneapi::tbb::parallel_for(std::uint32_t{0}, total, [&](std::uint32_t i) {
    throw_if_stopped();
    SynthSpec spec;
    spec.width = options.width;
    spec.height = options.height;
    spec.seed = options.seed;
    spec.structure = i / options.per_class;
    spec.index = i % options.per_class;
    spec.per_class = options.per_class;
    const std::string& name = names[spec.structure];
    write_file_atomic(options.folder / name / file_name(name, spec.index), encode_png(synthesise(spec)));
    progress.add(1);
  });
}

}  // namespace frag
