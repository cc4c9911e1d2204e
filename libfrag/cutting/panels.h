// The pictures that previews and reports are made of, each with what has to be said beside it. A preview
// writes the words into the picture, a report beside it.
//
// Any thread; a panel of a source decodes that source once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/dataset/folder.h"
#include "libfrag/image/draw.h"
#include "libfrag/image/image.h"

namespace frag {

struct LegendEntry {
  Colour colour;
  std::string text;
};

struct Panel {
  std::string title;
  Image picture;  // RGB
  std::vector<LegendEntry> legend;
  std::optional<std::uint32_t> heat_most;  // of a heat map: what the scale's bright end stands for
  std::vector<std::uint64_t>
      levels;  // of a picture with its histogram: how many samples have each of 256 levels
};

// The longer edge, in pixels, that pictures of a source have where nobody asks for another.
inline constexpr std::int64_t kPanelEdge = 900;

// The dataset's angle nearest to 30 degrees, or the one asked for; its index. Errc::usage where the dataset
// does not have it.
std::uint32_t choose_angle(const Catalog& catalog, std::optional<std::int32_t> millidegrees);

// A source with its tiles of one angle. Where fragments were left out, or have classes of their own, the
// middle of each tile (the part that is nearer to its centre than to any other tile's) has the colour of its
// fate.
Panel tiles_panel(const DatasetFolder& folder, std::uint32_t source, std::uint32_t angle,
                  std::int64_t edge = kPanelEdge);

// How many of the kept fragments, over all angles, see each spot of a source.
Panel coverage_panel(const DatasetFolder& folder, std::uint32_t source, std::int64_t edge = kPanelEdge);

// A source before and after the recipe's contrast, and the histograms of both. Errc::usage where the recipe
// changes none, or the source is read by region.
struct ContrastPanels {
  Panel before, after;
};
ContrastPanels contrast_panels(const DatasetFolder& folder, std::uint32_t source,
                               std::int64_t edge = kPanelEdge);

// Fragments of one class.
struct ClassRow {
  std::uint32_t class_number = 0;
  std::vector<Image> fragments;  // RGB
};
// `each` fragments of every class, at most the first `most_classes` of them: drawn by `seed` from the
// dataset's first split. A class that this split does not hold has an empty row.
std::vector<ClassRow> draw_class_rows(const DatasetFolder& folder, std::uint64_t seed, std::size_t each,
                                      std::size_t most_classes);

}  // namespace frag
