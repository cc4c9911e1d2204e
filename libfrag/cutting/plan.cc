#include "libfrag/cutting/plan.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/pixels.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

// Tile counts by size: most sources share one.
class Counter {
 public:
  explicit Counter(const Recipe& recipe) : spec_(recipe.tiling()), angles_(recipe.make_angles()) {}

  std::uint64_t tiles(std::int64_t width, std::int64_t height) {
    const auto [entry, is_new] = known_.try_emplace({width, height}, 0);
    if (is_new) entry->second = Tiling(width, height, angles_, spec_).tiles();
    return entry->second;
  }

 private:
  TilingSpec spec_;
  std::vector<Angle> angles_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> known_;
};

struct Header {
  std::uint64_t bytes = 0;
  ImageHeader image{};
  std::string problem;
};

Header examine(const LabelledFile& file) {
  Header header;
  try {
    const std::string bytes = read_file(file.path);
    header.bytes = bytes.size();
    header.image = read_header(bytes);
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    header.problem = error.what();
  }
  return header;
}

void add_sources(Plan& plan, std::uint64_t count, std::uint64_t fragments, std::uint64_t fragment_bytes) {
  plan.fewest = plan.sources == 0 ? fragments : std::min(plan.fewest, fragments);
  plan.most = std::max(plan.most, fragments);
  plan.sources += count;
  plan.fragments += count * fragments;
  plan.raw_bytes += count * fragments * fragment_bytes;
}

std::uint64_t bytes_of_fragment(std::int64_t width, std::int64_t height, std::int64_t channels,
                                const Recipe& recipe) {
  const bool whole = recipe.fit == Fit::whole;
  return static_cast<std::uint64_t>((whole ? width * height : recipe.tile * recipe.tile) * channels);
}

}  // namespace

Plan plan_size(std::int64_t width, std::int64_t height, std::uint64_t sources, const Recipe& recipe) {
  recipe.validate();
  Plan plan;
  add_sources(plan, sources, Counter(recipe).tiles(width, height),
              bytes_of_fragment(width, height, channels_after(1, recipe), recipe));
  return plan;
}

Plan plan_folder(const std::filesystem::path& images, const Recipe& recipe) {
  recipe.validate();
  const auto files = scan_class_folders(images);
  std::vector<Header> headers(files.size());
  {
    Progress progress("plan", files.size(), "images");
    oneapi::tbb::parallel_for(std::size_t{0}, files.size(), [&](std::size_t i) {
      throw_if_stopped();
      headers[i] = examine(files[i]);
      progress.add(1);
    });
  }
  Plan plan;
  Counter counter(recipe);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Header& header = headers[i];
    std::uint64_t fragments = 0;
    std::string problem = header.problem;
    if (problem.empty()) {
      fragments = counter.tiles(header.image.width, header.image.height);
      if (fragments == 0) problem = "too small for a fragment of " + std::to_string(recipe.tile) + " pixels";
    }
    if (!problem.empty()) {
      plan.skipped.push_back({files[i].name, problem});
      continue;
    }
    const std::int64_t channels = channels_after(header.image.channels, recipe);
    add_sources(plan, 1, fragments,
                bytes_of_fragment(header.image.width, header.image.height, channels, recipe));
    plan.file_bytes += header.bytes;
    PlannedClass& planned = plan.classes[files[i].class_name];
    ++planned.sources;
    planned.fragments += fragments;
  }
  return plan;
}

}  // namespace frag
