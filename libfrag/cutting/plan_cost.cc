#include "libfrag/cutting/plan_cost.h"

#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/archive/tar.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/permutation.h"
#include "libfrag/base/random.h"
#include "libfrag/cutting/examine.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/image/formats.h"
#include "libfrag/image/render.h"

namespace frag {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMostSources = 6;      // decoded
constexpr std::uint64_t kFragmentsEach = 8;    // rendered and encoded of each
constexpr std::uint32_t kMostPages = 32;       // of one file, where a page is small
constexpr double kBudget = 2;                  // seconds, checked between sources
constexpr std::int64_t kLargest = 64'000'000;  // pixels of a source that is measured
constexpr std::int64_t kSmallPage = 100'000;   // pixels of a page that is measured with its neighbours

class Watch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  Clock::time_point start_ = Clock::now();
};

// What was done and how long it took.
struct Work {
  double amount = 0;
  double seconds = 0;
  double scaled(double to) const { return amount > 0 ? seconds * to / amount : 0; }
};

// Seconds of one thing done again and again. The middle one counts: another process on the machine makes a
// few much longer.
class RepeatedWork {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }
  double of(double times) const {
    std::vector<double> sorted = seconds_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return middle == sorted.end() ? 0 : *middle * times;
  }

 private:
  std::vector<double> seconds_;
};

// One format of shards: fragments are encoded on any thread, and put into the tar and its digest on one.
class ShardMeter {
 public:
  explicit ShardMeter(SampleFormat format)
      : format_(format), tar_([this](std::string_view bytes) { sha_.update(bytes); }) {}

  void add(const Catalog& catalog, FragmentId id, const Image& fragment) {
    if (format_ == SampleFormat::jpg && fragment.bits() == 16) return;
    const Watch encoding;
    const EncodedFragment one = encode_fragment(catalog, id, sample_key(id), fragment, format_);
    encoding_.add(encoding.seconds());
    const std::uint64_t before = tar_.size();
    const Watch writing;
    add_fragment(tar_, one);
    writing_.add(writing.seconds());
    bytes_ += tar_.size() - before;
    ++count_;
  }

  // For `fragments` of them, where making their pixels takes `rendering` seconds of one thread. Nothing
  // where the format cannot hold them.
  std::optional<PlannedExport> total(double fragments, double rendering, double threads) const {
    if (count_ == 0) return std::nullopt;
    const double alone = writing_.of(fragments);
    const double shared = (rendering + encoding_.of(fragments) + alone) / threads;
    const double each = static_cast<double>(bytes_) / static_cast<double>(count_);
    return PlannedExport{name_of(format_), static_cast<std::uint64_t>(each * fragments),
                         std::max(alone, shared)};
  }

 private:
  const SampleFormat format_;
  Sha256 sha_;
  TarWriter tar_;
  RepeatedWork encoding_, writing_;
  std::uint64_t bytes_ = 0, count_ = 0;
};

class CostMeter {
 public:
  CostMeter(const Catalog& planned, std::span<const LabelledFile* const> entries)
      : planned_(planned), entries_(entries) {}

  std::optional<PlanCost> run() {
    const std::uint64_t sources = planned_.sources().size();
    const KeyedPermutation order(sources, planned_.recipe().seed);
    // Among many sources that cannot be measured it is not worth looking for one that can.
    const std::uint64_t tries = std::min<std::uint64_t>(sources, 10 * kMostSources);
    const Watch watch;
    for (std::uint64_t i = 0; i < tries && measured_ < kMostSources && watch.seconds() < kBudget; ++i)
      try_source(static_cast<std::uint32_t>(order(i)));
    if (measured_ == 0 || fragments_ == 0) return std::nullopt;
    return total();
  }

 private:
  void try_source(std::uint32_t number) {
    const SourceTable& table = planned_.sources();
    if (table.width(number) * table.height(number) > kLargest) return;
    try {
      measure(number);
      ++measured_;
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
    }
  }

  // Pages of the same file from this one on, as entries of their own.
  std::vector<LabelledFile> pages_from(std::uint32_t number) const {
    const SourceTable& table = planned_.sources();
    std::vector<LabelledFile> pages;
    const bool small = table.width(number) * table.height(number) < kSmallPage;
    const std::uint32_t most = small ? kMostPages : 1;
    for (std::uint32_t i = number; i < table.size() && i - number < most; ++i) {
      if (table.file_number(i) != table.file_number(number)) break;
      pages.push_back(*entries_[i]);
      pages.back().page = table[i].page;
    }
    return pages;
  }

  // Reading a file is paid once a file, the rest once a page.
  void measure(std::uint32_t number) {
    const std::vector<LabelledFile> pages = pages_from(number);
    const Watch whole;
    const Examination examined = examine(pages, {planned_.recipe(), planned_.angles()});
    const double both = whole.seconds();
    if (examined.sources.empty()) throw Error(Errc::bad_input, examined.name + ": gives no source");
    const Watch opening;
    const ImageFile file = open(pages.front());
    const double opened = std::min(opening.seconds(), both);
    double pixels = 0;
    for (const ExaminedSource& source : examined.sources)
      pixels += static_cast<double>(source.row.width * source.row.height);
    const Watch decoding;
    const Image image = SourcePixels(file, examined.sources.front().row, planned_.recipe()).whole();
    const double decoded = decoding.seconds();
    add(reading_, static_cast<double>(examined.state.bytes), opened);
    add(examining_, pixels, both - opened);
    add(decoding_, static_cast<double>(image.width() * image.height()), decoded);
    render_some(number, image);
  }

  static ImageFile open(const LabelledFile& entry) {
    if (named_like_slide(entry.path.filename().string())) return ImageFile::from_path(entry.path);
    std::string bytes = read_file(entry.path);
    sha256_hex(bytes);
    return ImageFile::from_bytes(std::move(bytes), entry.path.filename().string());
  }

  void render_some(std::uint32_t number, const Image& source) {
    const FragmentId first = planned_.sources().first_fragment(number);
    const Tiling& tiling = planned_.tiling(number);
    SplitMix64 random(mix64(planned_.recipe().seed) + number);
    for (std::uint64_t i = 0; i < kFragmentsEach; ++i) {
      const std::uint64_t tile = random.below(tiling.tiles());
      const TileAddress address = tiling.locate(tile);
      const Angle& angle = planned_.angles()[address.angle];
      const Watch rendering;
      const Image fragment = render_tile(source, angle, tiling.frame(address));
      const double rendered = rendering.seconds();
      // The first fragment of a thread also pays for tables and memory.
      if (fragments_ == 0) warm_up(first + tile, fragment);
      rendering_.add(rendered);
      for (ShardMeter& shards : shards_) shards.add(planned_, first + tile, fragment);
      write_row(first + tile);
      ++fragments_;
    }
  }

  void warm_up(FragmentId id, const Image& fragment) const {
    for (const SampleFormat format : {SampleFormat::raw, SampleFormat::png, SampleFormat::jpg})
      ShardMeter(format).add(planned_, id, fragment);
  }

  void write_row(FragmentId id) {
    const Watch writing;
    const std::string row =
        fragment_cells(planned_, id) + "," + corner_cells(planned_, id) + "," + stored_name(0, ".jpg") + "\n";
    writing_.add(writing.seconds());
    row_bytes_ += static_cast<double>(row.size());
  }

  static void add(Work& work, double amount, double seconds) {
    work.amount += amount;
    work.seconds += seconds;
  }

  PlanCost total() const {
    PlanCost cost;
    using oneapi::tbb::global_control;
    cost.threads = static_cast<int>(global_control::active_value(global_control::max_allowed_parallelism));
    cost.measured_sources = measured_;
    cost.measured_fragments = fragments_;
    double file_bytes = 0, pixels = 0;
    const SourceTable& table = planned_.sources();
    for (std::size_t i = 0; i < table.size(); ++i) {
      pixels += static_cast<double>(table.width(i) * table.height(i));
      if (i == 0 || table.file_number(i) != table.file_number(i - 1))
        file_bytes += static_cast<double>(table[i].file.bytes);
    }
    const double threads = cost.threads, reading = reading_.scaled(file_bytes);
    const auto fragments = static_cast<double>(planned_.fragments());
    cost.cut_seconds = (reading + examining_.scaled(pixels)) / threads;
    const double rendered = reading + decoding_.scaled(pixels) + rendering_.of(fragments);
    for (const ShardMeter& shards : shards_) {
      if (const auto one = shards.total(fragments, rendered, threads)) cost.exports.push_back(*one);
    }
    const double row_bytes = row_bytes_ / static_cast<double>(fragments_);
    cost.exports.push_back(
        {"coordinates", static_cast<std::uint64_t>(row_bytes * fragments), writing_.of(fragments)});
    return cost;
  }

  const Catalog& planned_;
  const std::span<const LabelledFile* const> entries_;
  std::uint64_t measured_ = 0, fragments_ = 0;
  Work reading_;               // bytes of files
  Work examining_, decoding_;  // pixels
  RepeatedWork rendering_, writing_;
  std::array<ShardMeter, 3> shards_{ShardMeter(SampleFormat::raw), ShardMeter(SampleFormat::png),
                                    ShardMeter(SampleFormat::jpg)};
  double row_bytes_ = 0;
};

}  // namespace

std::optional<PlanCost> measure_cost(const Catalog& planned, std::span<const LabelledFile* const> entries) {
  return CostMeter(planned, entries).run();
}

}  // namespace frag
