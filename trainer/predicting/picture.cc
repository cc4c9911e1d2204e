#include "trainer/predicting/picture.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "libfrag/base/text.h"
#include "libfrag/cutting/examine.h"
#include "libfrag/dataset/file_walk.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/image/formats.h"

namespace frag::trainer {
namespace {

namespace fs = std::filesystem;

struct NamedPath {
  std::string name;
  fs::path path;
};

// Images in files: each page is examined as `frag cut` does, so contrast, scale and what is left out are the
// same.
class FilePictures : public PictureSource {
 public:
  FilePictures(std::vector<NamedPath> files, const PictureRules& rules)
      : files_(std::move(files)), recipe_(rules.recipe), whole_(rules.recipe) {
    recipe_.angles = rules.angles;
    angles_ = recipe_.make_angles();
    whole_.fit = Fit::whole;
    whole_.angles = "0";
    whole_.min_detail = whole_.min_foreground = 0;
  }

  std::size_t size() const override { return files_.size(); }

  void read(std::size_t i, const Visit& visit, const LeftOut& left_out) const override {
    const NamedPath& file = files_[i];
    const LabelledFile entry{file.path, file.name, "", {}, {}, {}, {}, {}};
    Examination found = examine({&entry, 1}, {recipe_, angles_, Storage::in_place});
    const bool cut = !found.sources.empty() || recipe_.fit == Fit::whole;
    if (!cut) {
      // Perhaps it is only too small; where it is bad, it is bad in the same way again.
      Examination whole = examine({&entry, 1}, {whole_, whole_.make_angles(), Storage::in_place});
      if (whole.sources.empty() || !too_small(whole)) whole.sources.clear();
      if (!whole.sources.empty()) found = std::move(whole);
    }
    for (const std::string& problem : found.problems) left_out(file.name, problem);
    if (found.sources.empty()) return;
    const ImageFile image = ImageFile::from_path(file.path);
    for (const ExaminedSource& source : found.sources)
      visit(picture_of(image, source, cut ? recipe_ : whole_));
  }

 private:
  // Not where a picture that could hold a fragment has none with enough to see.
  bool too_small(const Examination& whole) const {
    for (const ExaminedSource& source : whole.sources) {
      if (Tiling(source.row.width, source.row.height, angles_, recipe_.tiling()).tiles() > 0) return false;
    }
    return true;
  }

  static Picture picture_of(const ImageFile& image, const ExaminedSource& source, const Recipe& recipe) {
    const Source& row = source.row;
    const std::vector<Angle> angles = recipe.make_angles();
    Picture picture{.name = row.name,
                    .pixels = nullptr,
                    .angles = angles,
                    .tiling = Tiling(row.width, row.height, angles, recipe.tiling()),
                    .stride = recipe.tiling().stride,
                    .tiles = {}};
    for (std::uint64_t number = 0; number < picture.tiling.tiles(); ++number) {
      if (source.kept.empty() || source.kept.front().bits[number]) picture.tiles.push_back(number);
    }
    const SourcePixels pixels(image, row, recipe);
    auto decoded = std::make_shared<DecodedSource>();
    if (pixels.by_region()) {
      decoded->by_region = pixels;
    } else {
      decoded->whole = pixels.whole();
    }
    picture.pixels = std::move(decoded);
    return picture;
  }

  std::vector<NamedPath> files_;
  Recipe recipe_;
  Recipe whole_;  // for images that are smaller than a fragment
  std::vector<Angle> angles_;
};

// The sources of a dataset, as it has them.
class DatasetPictures : public PictureSource {
 public:
  DatasetPictures(const std::string& place, const PictureRules& rules) : folder_(place) {
    const Catalog& catalog = folder_.catalog();
    for (std::uint32_t i = 0; i < catalog.sources().size(); ++i) {
      if (rules.split.empty() || catalog.sources().split(i) == rules.split) sources_.push_back(i);
    }
    if (sources_.empty()) {
      throw Error(Errc::usage,
                  place + " has no split \"" + rules.split + "\"; it has " + join(catalog.splits(), ", "));
    }
    for (const std::int32_t degrees : parse_angles(rules.angles)) angles_.push_back(angle_of(degrees));
  }

  std::size_t size() const override { return sources_.size(); }

  void read(std::size_t i, const Visit& visit, const LeftOut& left_out) const override {
    const Catalog& catalog = folder_.catalog();
    const std::uint32_t source = sources_[i];
    Picture picture{.name = catalog.sources()[source].name,
                    .pixels = nullptr,
                    .angles = catalog.angles(),
                    .tiling = catalog.tiling(source),
                    .stride = catalog.recipe().tiling().stride,
                    .tiles = tiles_of(source)};
    if (picture.tiles.empty())
      return left_out(picture.name, "all its fragments at these angles are left out");
    try {
      picture.pixels = read_source(folder_, source);
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      return left_out(picture.name, error.what());
    }
    visit(picture);
  }

 private:
  std::uint32_t angle_of(std::int32_t millidegrees) const {
    const auto& angles = folder_.catalog().angles();
    for (std::uint32_t i = 0; i < angles.size(); ++i) {
      if (angles[i].millidegrees == millidegrees) return i;
    }
    throw Error(Errc::usage, format_degrees(millidegrees) + " degrees is not one of the dataset's angles, " +
                                 folder_.catalog().recipe().angles);
  }

  // Where classes lie within sources, fragments without a class are looked at too.
  std::vector<std::uint64_t> tiles_of(std::uint32_t source) const {
    const Catalog& catalog = folder_.catalog();
    const Tiling& tiling = catalog.tiling(source);
    const bool all = catalog.recipe().labels.within_sources();
    std::vector<std::uint64_t> tiles;
    for (const std::uint32_t angle : angles_) {
      const std::uint64_t first = tiling.number_of({angle, 0, 0});
      for (std::uint64_t k = 0; k < tiling.grids()[angle].tiles(); ++k) {
        const FragmentId id = catalog.sources().first_fragment(source) + first + k;
        if (all || catalog.class_of(id)) tiles.push_back(first + k);
      }
    }
    std::sort(tiles.begin(), tiles.end());
    return tiles;
  }

  const DatasetFolder folder_;
  std::vector<std::uint32_t> sources_;
  std::vector<std::uint32_t> angles_;  // indices into the dataset's
};

std::vector<NamedPath> images_in(const fs::path& folder) {
  std::vector<NamedPath> files;
  for (const std::string& name : walk_folder(folder).files) {
    if (looks_like_image(name)) files.push_back({name, folder / name});
  }
  if (files.empty()) throw Error(Errc::not_found, folder.string() + ": no image in it");
  return files;
}

}  // namespace

std::unique_ptr<PictureSource> open_pictures(const std::string& place, const PictureRules& rules) {
  if (!fs::exists(place)) throw Error(Errc::not_found, place + ": no such image, folder or dataset");
  if (!fs::is_directory(place)) {
    return std::make_unique<FilePictures>(std::vector<NamedPath>{{place, place}}, rules);
  }
  if (fs::exists(fs::path(place) / kDatasetFile)) return std::make_unique<DatasetPictures>(place, rules);
  return std::make_unique<FilePictures>(images_in(place), rules);
}

}  // namespace frag::trainer
