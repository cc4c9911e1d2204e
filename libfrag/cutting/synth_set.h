// A folder of synthetic micrographs, a class a folder.
#pragma once

#include <cstdint>
#include <filesystem>

namespace frag {

struct SynthSetOptions {
  std::filesystem::path folder;  // must not hold anything yet
  std::uint32_t classes = 3;     // the first of synth_classes(), at least 2
  std::uint32_t per_class = 8;   // pictures, in [1, 10000]
  std::int64_t width = 2272;     // pixels
  std::int64_t height = 1704;
  std::uint64_t seed = 1;
};

// Writes FOLDER/CLASS/CLASS-000.png, ...: grey PNGs. Errc::usage for options out of range or a folder that
// holds something.
void write_synth_set(const SynthSetOptions& options);

}  // namespace frag
