#include "libfrag/cutting/check.h"

#include <catch2/catch.hpp>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/read.h"
#include "libfrag/image/resize.h"
#include "libfrag/image/synth.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

namespace {

namespace fs = std::filesystem;

Image gel(std::uint32_t index) {
  SynthSpec spec;
  spec.width = 320;
  spec.height = 240;
  spec.index = index;
  spec.per_class = 32;
  return synthesise(spec);
}

// Cuts FOLDER/images into two sides and puts the images whose name starts with "copy" on the test side, all
// others on the train side: the split that an unaware person may have made.
fs::path cut_apart(const TempDir& folder) {
  CutOptions options = test::small_cut(folder);
  options.recipe.split = "50/50";
  cut(options);
  const DatasetFolder made(options.dataset);
  Tables tables = made.read_tables();
  for (std::size_t i = 0; i < tables.sources.size(); ++i)
    tables.sources.set_split(i, tables.sources[i].name.find("/copy") != std::string::npos ? "test" : "train");
  replace_metadata(options.dataset, tables);
  return options.dataset;
}

void write_gels(const TempDir& folder, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    test::write_png(folder / ("images/gel/" + std::to_string(i) + ".png"), gel(i));
}

void plant(const TempDir& folder, const std::string& name, const std::string& bytes) {
  test::write_text(folder / ("images/gel/copy-" + name), bytes);
}

Image mirrored(const Image& image) {
  Image out(image.width(), image.height(), 1);
  for (std::int64_t y = 0; y < image.height(); ++y)
    std::reverse_copy(image.row(y), image.row(y) + image.width(), out.row(y));
  return out;
}

Image turned(const Image& image) {
  Image out(image.height(), image.width(), 1);
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t x = 0; x < out.width(); ++x) out.row(y)[x] = image.row(x)[image.width() - 1 - y];
  }
  return out;
}

// "kind first second symmetry", a line a finding.
std::string story(const AuditReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) {
    text += std::string(name_of(finding.kind)) + " " + finding.first + " " + finding.second;
    if (finding.kind == FindingKind::picture) text += std::string(" ") + finding.alike.symmetry;
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("every planted copy across sides is found, with its kind, and nothing else is") {
  const TempDir dir;
  write_gels(dir, 8);
  plant(dir, "a.png", encode_png(gel(0)));
  plant(dir, "b.jpg", encode_jpeg(gel(1), 60));
  plant(dir, "c.png", encode_png(turned(gel(2))));
  plant(dir, "d.png", encode_png(mirrored(gel(3))));
  plant(dir, "e.jpg", encode_jpeg(resize_area(gel(4), 160, 120), 80));
  plant(dir, "f.png", encode_png(gel(20)));
  const AuditReport report = check(DatasetFolder(cut_apart(dir)));
  CHECK(story(report) ==
        "file gel/0.png gel/copy-a.png\n"
        "picture gel/1.png gel/copy-b.jpg as it is\n"
        "picture gel/2.png gel/copy-c.png turned by 90 degrees\n"
        "picture gel/3.png gel/copy-d.png mirrored\n"
        "picture gel/4.png gel/copy-e.jpg as it is\n");
  CHECK(report.pairs_across == 8 * 6);
  CHECK(report.symmetries == 8);
  CHECK(report.hash_lookups == 8 * 14 * 13 / 2);
}

TEST_CASE("equal pixels from another file are found by their digest") {
  const TempDir dir;
  write_gels(dir, 3);
  std::string other = encode_png(gel(1));
  other.insert(other.size() - 12, std::string("\0\0\0\0tIMe\0\0\0\0", 12));  // another chunk, no other pixel
  plant(dir, "a.png", other);
  plant(dir, "b.png", encode_png(gel(9)));
  CHECK(story(check(DatasetFolder(cut_apart(dir)))) == "pixels gel/1.png gel/copy-a.png\n");
}

TEST_CASE("a report does not depend on the number of threads") {
  const TempDir dir;
  write_gels(dir, 6);
  plant(dir, "a.jpg", encode_jpeg(gel(0), 75));
  plant(dir, "b.png", encode_png(mirrored(gel(5))));
  const DatasetFolder folder(cut_apart(dir));
  const auto with_threads = [&folder](int threads) {
    const ThreadLimit limit(threads);
    return to_json(check(folder)).dump();
  };
  CHECK(with_threads(1) == with_threads(4));
}

TEST_CASE("pictures of noise on small fields raise no alarm") {
  const TempDir dir;
  CHECK(check(DatasetFolder(test::small_dataset(dir))).clean());
}

TEST_CASE("even pictures are named, and only their digests compared") {
  const TempDir dir;
  write_gels(dir, 2);
  Image blank(100, 100, 1);
  test::write_png(dir / "images/gel/blank.png", blank);
  plant(dir, "a.png", encode_png(gel(7)));
  blank.row(0)[0] = 1;
  plant(dir, "b.png", encode_png(blank));
  const AuditReport report = check(DatasetFolder(cut_apart(dir)));
  CHECK(report.clean());
  CHECK(report.even == 2);
  CHECK(report.warnings.size() == 2);
}

TEST_CASE("options out of range are refused") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  AuditOptions options;
  options.near_bits = 65;
  CHECK(test::error_of([&] { check(folder, options); }).code() == Errc::usage);
  options = {};
  options.likeness = 0;
  CHECK(test::error_of([&] { check(folder, options); }).code() == Errc::usage);
}

TEST_CASE("blood smears split by source raise no alarm") {
  REQUIRE_TEST_DATA(data);
  const TempDir dir;
  CutOptions options;
  options.images = data / "blood-smears";
  options.dataset = dir / "dataset";
  options.recipe.angles = "0";
  cut(options);
  const AuditReport report = check(DatasetFolder(options.dataset));
  CHECK(report.clean());
  CHECK(report.alike_within == 0);
  CHECK(report.pairs_across == 576);
}
