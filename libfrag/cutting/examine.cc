#include "libfrag/cutting/examine.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/cutting/tile_classes.h"
#include "libfrag/dataset/image_sets.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/image/contrast.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/formats.h"
#include "libfrag/image/pixel_digest.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// Files up to this size are read once and decoded from memory.
constexpr std::uint64_t kInMemory = std::uint64_t{64} << 20;

// Darkest and brightest 0.5 % of a stretched source, in millionths.
constexpr std::int64_t kStretchLow = 5000, kStretchHigh = 995000;

// What such a slide's pixels lie in are other files, which the one that is opened names.
bool is_slide_of_several_files(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".mrxs" || extension == ".vms" || extension == ".vmu";
}

class FileExaminer {
 public:
  FileExaminer(std::span<const LabelledFile> entries, const ExamineSettings& settings)
      : entries_(entries), settings_(settings) {
    result_.name = entries.front().name;
  }

  Examination run() {
    const fs::path& path = entries_.front().path;
    if (::access(path.c_str(), R_OK) != 0 && errno == EACCES) {
      result_.problems.emplace_back("no permission to read it");
      return std::move(result_);
    }
    result_.state = state_of(entries_, settings_.recipe.labels);
    try {
      open(path);
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      result_.problems.emplace_back(error.what());
      return std::move(result_);
    }
    for (const LabelledFile& entry : entries_) {
      for (const std::uint32_t page : pages_of(entry)) take_page(entry, page);
    }
    report_problems();
    if (result_.sources.empty() || settings_.storage != Storage::copy) bytes_.clear();
    if (!bytes_.empty()) result_.bodies.push_back(std::move(bytes_));
    return std::move(result_);
  }

 private:
  void open(const fs::path& path) {
    if (result_.state.bytes <= kInMemory && !named_like_slide(path.filename().string())) {
      bytes_ = read_file(path);
      sha256_ = sha256_hex(bytes_);
      file_.emplace(ImageFile::from_bytes(bytes_, path.filename().string()));
    } else {
      const FileReader reader(path);
      sha256_ = sha256_of(reader, 0, reader.size());
      file_.emplace(ImageFile::from_path(path));
      result_.stored_from_path = settings_.storage == Storage::copy;
    }
    result_.extension = stored_extension(file_->format(), path.filename().string());
    if (file_->format() == ImageFormat::slide) take_slide(path);
    if (settings_.recipe.labels.from == LabelsFrom::set) set_labels_.emplace(path, *file_);
  }

  void take_slide(const fs::path& path) {
    result_.extension = path.extension().string();
    if (settings_.storage != Storage::copy || !is_slide_of_several_files(path)) return;
    throw Error(
        Errc::bad_input,
        "a whole slide of several files, which cannot be copied as one: cut with --in-place or --strip");
  }

  std::vector<std::uint32_t> pages_of(const LabelledFile& entry) {
    const std::uint32_t count = file_->pages();
    const std::optional<std::int64_t> one = entry.page ? entry.page : settings_.recipe.page;
    if (one && *one >= count) {
      result_.problems.push_back("it has no page " + std::to_string(*one) + "; its pages are 0 to " +
                                 std::to_string(count - 1));
      return {};
    }
    if (one) return {static_cast<std::uint32_t>(*one)};
    std::vector<std::uint32_t> all(count);
    for (std::uint32_t page = 0; page < count; ++page) all[page] = page;
    return all;
  }

  void take_page(const LabelledFile& entry, std::uint32_t page) {
    try {
      result_.sources.push_back(examine_page(entry, page));
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      if (!problems_.empty() && problems_.back().last + 1 == page &&
          problems_.back().reason == error.what()) {
        problems_.back().last = page;
      } else {
        problems_.push_back({page, page, error.what()});
      }
    }
  }

  // "pages 0 to 23: 14x25 pixels hold no fragment of 32 pixels".
  void report_problems() {
    for (const PageProblem& problem : problems_) {
      std::string pages = "page " + std::to_string(problem.first) + ": ";
      if (problem.last != problem.first)
        pages = "pages " + std::to_string(problem.first) + " to " + std::to_string(problem.last) + ": ";
      result_.problems.push_back((file_->pages() > 1 ? pages : "") + problem.reason);
    }
  }

  ExaminedSource examine_page(const LabelledFile& entry, std::uint32_t page) {
    const Recipe& recipe = settings_.recipe;
    ExaminedSource source;
    source.class_name = entry.class_name;
    source.group = entry.group;
    source.split = entry.split;
    if (set_labels_) {
      source.class_name = set_labels_->class_name(page, recipe.labels);
      if (!source.split) source.split = set_labels_->split();
    }
    Source& row = source.row;
    row.name = source_name(entry, *file_, page);
    // Pages and boxes of a file belong together, but for sets, whose pictures only share a file.
    row.group = is_set() ? row.name : entry.name;
    row.page = page;
    row.level = static_cast<std::uint32_t>(recipe.level);
    row.box = entry.box;
    lay_out_source(*file_, recipe, row);
    const Tiling tiling(row.width, row.height, settings_.angles, recipe.tiling());
    row.fragments = tiling.tiles();
    if (row.fragments == 0) {
      throw Error(Errc::bad_input, std::to_string(row.width) + "x" + std::to_string(row.height) +
                                       " pixels hold no fragment of " + std::to_string(recipe.tile) +
                                       " pixels");
    }
    TileClasses classes(entry, *file_, recipe, settings_.angles, tiling, row);
    measure(row, classes);
    classes.decide(source);
    row.file.bytes = result_.state.bytes;
    row.file.sha256 = sha256_;
    if (settings_.storage == Storage::strip) strip(row);
    return source;
  }

  bool is_set() const { return file_->format() == ImageFormat::idx || file_->format() == ImageFormat::cifar; }

  // One look at all pixels: the stretch, the digest, and what decides which fragments stay. A source that is
  // read by region is looked at twice where it is stretched.
  void measure(Source& row, TileClasses& classes) const {
    const SourcePixels plain(*file_, row, settings_.recipe, settings_.whole_bytes);
    const bool stretched = settings_.recipe.contrast == Contrast::stretch;
    if (!plain.by_region()) {
      Image pixels = plain.whole();
      if (stretched) {
        Histogram histogram(pixels.bits());
        histogram.add(pixels);
        row.stretch = stretch_of(histogram);
        stretch_levels(pixels, row.stretch->low, row.stretch->high);
      }
      row.pixels = pixel_digest(pixels);
      classes.add_rows(0, pixels);
      return;
    }
    if (stretched) {
      Histogram histogram(row.bits);
      plain.for_each_band([&histogram](std::int64_t, const Image& band) { histogram.add(band); });
      row.stretch = stretch_of(histogram);
    }
    PixelDigest digest(row.width, row.height, row.channels, row.bits);
    SourcePixels(*file_, row, settings_.recipe, settings_.whole_bytes)
        .for_each_band([&](std::int64_t top, const Image& band) {
          digest.add(band);
          classes.add_rows(top, band);
        });
    row.pixels = digest.hex();
  }

  static Stretch stretch_of(const Histogram& histogram) {
    return {histogram.percentile(kStretchLow), histogram.percentile(kStretchHigh)};
  }

  // The cropped pixels as a PNG of their own; scale and contrast are applied when it is read, as before.
  void strip(Source& row) {
    const SourcePixels kept(*file_, row, settings_.recipe, settings_.whole_bytes);
    if (kept.by_region()) {
      throw Error(
          Errc::bad_input,
          "too large to be stripped: choose a smaller level of its pyramid, crop it, or cut without --strip");
    }
    std::string png = encode_png(kept.as_stored());
    row.page = 0;
    row.level = 0;
    row.box.reset();
    row.file.bytes = png.size();
    row.file.sha256 = sha256_hex(png);
    result_.bodies.push_back(std::move(png));
    result_.extension = ".png";
  }

  // Pages one after the other that gave no source for the same reason.
  struct PageProblem {
    std::uint32_t first, last;
    std::string reason;
  };

  std::span<const LabelledFile> entries_;
  const ExamineSettings& settings_;
  Examination result_;
  std::string bytes_;
  std::string sha256_;
  std::optional<ImageFile> file_;
  std::optional<ImageSetLabels> set_labels_;
  std::vector<PageProblem> problems_;
};

}  // namespace

std::string source_name(const LabelledFile& entry, const ImageFile& file, std::uint32_t page) {
  std::string name = entry.name;
  if (file.pages() > 1) name += "#" + std::to_string(page);
  if (entry.box) {
    const Box& box = *entry.box;
    name += "#" + std::to_string(box.x) + "," + std::to_string(box.y) + "," + std::to_string(box.width) +
            "," + std::to_string(box.height);
  }
  return name;
}

Examination examine(std::span<const LabelledFile> entries, const ExamineSettings& settings) {
  return FileExaminer(entries, settings).run();
}

}  // namespace frag
