#include "libfrag/cutting/preview.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/panels.h"
#include "libfrag/image/draw.h"

namespace frag {
namespace {

constexpr Colour kInk{40, 44, 52}, kBars{110, 116, 128};
constexpr std::int64_t kMargin = 24, kCaption = 44, kLegendHeight = 30, kSwatch = 12;
constexpr std::int64_t kThumb = 104, kGap = 6, kColumns = 6, kLabelHeight = 22;
constexpr std::int64_t kScaleWidth = 320, kHistogramHeight = 120;
constexpr std::size_t kMostClasses = 30;

struct PreviewName {
  PreviewOf what;
  const char* name;
};
constexpr std::array<PreviewName, 5> kNames{{{PreviewOf::overview, "overview"},
                                             {PreviewOf::tiles, "tiles"},
                                             {PreviewOf::sheet, "sheet"},
                                             {PreviewOf::contrast, "contrast"},
                                             {PreviewOf::coverage, "coverage"}}};

struct Extent {
  std::int64_t width = 0, height = 0;
};

// The words of a line that fit `width` pixels.
std::string shortened(std::string line, std::int64_t width) {
  if (Canvas::text_width(line) <= width) return line;
  while (!line.empty() && Canvas::text_width(line + " ...") > width) line.pop_back();
  return line + " ...";
}

Extent extent_of(const Panel& panel) {
  const bool has_legend = !panel.legend.empty() || panel.heat_most;
  return {panel.picture.width(), kCaption + panel.picture.height() + (has_legend ? kLegendHeight : 0) +
                                     (panel.levels.empty() ? 0 : kGap + kHistogramHeight)};
}

void draw_legend(Canvas& canvas, const Panel& panel, std::int64_t x, std::int64_t y) {
  const std::int64_t end = x + panel.picture.width();
  if (panel.heat_most) {
    canvas.text(x, y + kSwatch - 1, "1", kInk);
    x += 16;
    const std::int64_t scale = std::min(kScaleWidth, panel.picture.width() / 3);
    for (std::int64_t i = 0; i < scale; ++i) {
      canvas.rectangle(x + i, y, 1, kSwatch,
                       heat_colour(static_cast<double>(i) / static_cast<double>(scale - 1)));
    }
    x += scale + 6;
    const std::string most = format_count(*panel.heat_most) + " fragments over a spot";
    canvas.text(x, y + kSwatch - 1, most, kInk);
    x += Canvas::text_width(most) + kMargin;
  }
  for (std::size_t i = 0; i < panel.legend.size(); ++i) {
    const LegendEntry& entry = panel.legend[i];
    const std::int64_t width = kSwatch + 6 + Canvas::text_width(entry.text);
    if (x + width > end) {
      canvas.text(x, y + kSwatch - 1, "...", kInk);
      return;
    }
    canvas.rectangle(x, y, kSwatch, kSwatch, entry.colour);
    canvas.text(x + kSwatch + 6, y + kSwatch - 1, entry.text, kInk);
    x += width + kMargin;
  }
}

// Levels 0 to 255 from left to right. Its highest bar may be a background that dwarfs the rest, so heights
// are of the square roots.
void draw_histogram(Canvas& canvas, const std::vector<std::uint64_t>& levels, std::int64_t x, std::int64_t y,
                    std::int64_t width) {
  const double most = std::sqrt(static_cast<double>(*std::max_element(levels.begin(), levels.end())));
  const auto bars = static_cast<std::int64_t>(levels.size());
  for (std::int64_t i = 0; i < bars; ++i) {
    const double count = static_cast<double>(levels[static_cast<std::size_t>(i)]);
    const auto height =
        static_cast<std::int64_t>(std::sqrt(count) / std::max(most, 1.0) * (kHistogramHeight - 1));
    const std::int64_t left = x + i * width / bars, right = x + (i + 1) * width / bars;
    if (height > 0) canvas.rectangle(left, y + kHistogramHeight - 1 - height, right - left, height, kBars);
  }
  canvas.rectangle(x, y + kHistogramHeight - 1, width, 1, kInk);
}

void draw_panel(Canvas& canvas, const Panel& panel, std::int64_t x, std::int64_t y) {
  const std::int64_t width = panel.picture.width(), height = panel.picture.height();
  canvas.text(x, y + kCaption - 16, shortened(panel.title, width), kInk);
  canvas.paste(panel.picture, x, y + kCaption, width, height);
  std::int64_t below = y + kCaption + height;
  if (!panel.levels.empty()) draw_histogram(canvas, panel.levels, x, below + kGap, width);
  draw_legend(canvas, panel, x, below + 10);
}

// A row of fragments for each class.
struct Sheet {
  std::vector<ClassRow> rows;
  const Catalog& catalog;

  Extent extent() const {
    const auto count = static_cast<std::int64_t>(rows.size());
    const std::int64_t more = rows.size() < catalog.classes().size() ? kLabelHeight : 0;
    return {kColumns * (kThumb + kGap), kCaption + count * (kThumb + kGap + kLabelHeight) + more};
  }
  void draw(Canvas& canvas, std::int64_t x, std::int64_t y) const {
    canvas.text(x, y + kCaption - 16, "fragments of side \"" + catalog.splits().front() + "\" by class",
                kInk);
    std::int64_t top = y + kCaption;
    for (const ClassRow& row : rows) {
      canvas.text(x, top + kLabelHeight - 7, shortened(catalog.classes()[row.class_number], extent().width),
                  kInk, 1.1);
      std::int64_t left = x;
      for (const Image& fragment : row.fragments) {
        canvas.paste(fragment, left, top + kLabelHeight, kThumb, kThumb);
        left += kThumb + kGap;
      }
      top += kThumb + kGap + kLabelHeight;
    }
    if (rows.size() < catalog.classes().size()) {
      canvas.text(x, top + kLabelHeight - 7,
                  "and " + format_count(catalog.classes().size() - rows.size()) + " more classes", kInk);
    }
  }
};

Image draw_alone(const Panel& panel) {
  const Extent extent = extent_of(panel);
  Canvas canvas(extent.width + 2 * kMargin, extent.height + kMargin, kPaper);
  draw_panel(canvas, panel, kMargin, 0);
  return canvas.image().clone();
}

Image draw_beside(const Panel& left, const Panel& right) {
  const Extent first = extent_of(left), second = extent_of(right);
  Canvas canvas(first.width + second.width + 3 * kMargin, std::max(first.height, second.height) + kMargin,
                kPaper);
  draw_panel(canvas, left, kMargin, 0);
  draw_panel(canvas, right, first.width + 2 * kMargin, 0);
  return canvas.image().clone();
}

Image draw_sheet(const Sheet& sheet) {
  const Extent extent = sheet.extent();
  Canvas canvas(extent.width + 2 * kMargin - kGap, extent.height + kMargin, kPaper);
  sheet.draw(canvas, kMargin, 0);
  return canvas.image().clone();
}

Image draw_overview(const Panel& tiles, const Sheet& sheet) {
  const Extent left = extent_of(tiles), right = sheet.extent();
  Canvas canvas(left.width + right.width + 3 * kMargin - kGap, std::max(left.height, right.height) + kMargin,
                kPaper);
  draw_panel(canvas, tiles, kMargin, 0);
  sheet.draw(canvas, left.width + 2 * kMargin, 0);
  return canvas.image().clone();
}

}  // namespace

const char* name_of(PreviewOf what) {
  for (const auto& row : kNames) {
    if (row.what == what) return row.name;
  }
  return "";
}

PreviewOf parse_preview_of(std::string_view name) {
  for (const auto& row : kNames) {
    if (row.name == name) return row.what;
  }
  throw Error(Errc::usage,
              "--what " + is_none_of(name, {"overview", "tiles", "sheet", "contrast", "coverage"}));
}

std::uint32_t find_source(const Catalog& catalog, const std::string& text) {
  const SourceTable& sources = catalog.sources();
  const auto number = parse_integer(text);
  if (number && *number >= 0 && *number < static_cast<std::int64_t>(sources.size()))
    return static_cast<std::uint32_t>(*number);
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const std::string name = sources[i].name;
    if (name == text) return i;
    if (name.ends_with("/" + text)) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  throw Error(Errc::not_found, "source \"" + text +
                                   "\": " + (found.empty() ? "no such source" : "several end with this") +
                                   "; the dataset has " + count_of(sources.size(), "source") +
                                   ", numbered from 0, and frag info --sources lists them");
}

Image draw_preview(const DatasetFolder& folder, const PreviewOptions& options) {
  const Catalog& catalog = folder.catalog();
  const std::uint32_t source = options.source.value_or(0);
  if (source >= catalog.sources().size()) {
    throw Error(Errc::usage, "source " + std::to_string(source) + " is not one of the dataset's " +
                                 std::to_string(catalog.sources().size()) + " (numbered from 0)");
  }
  if (options.edge < 200 || options.edge > 4000) {
    throw Error(Errc::usage,
                "an edge of " + std::to_string(options.edge) + " pixels: a source is drawn with 200 to 4000");
  }
  const auto sheet = [&] {
    return Sheet{draw_class_rows(folder, options.seed, kColumns, kMostClasses), catalog};
  };
  const auto tiles = [&] {
    return tiles_panel(folder, source, choose_angle(catalog, options.millidegrees), options.edge);
  };
  switch (options.what) {
    case PreviewOf::tiles:
      return draw_alone(tiles());
    case PreviewOf::sheet:
      return draw_sheet(sheet());
    case PreviewOf::coverage:
      return draw_alone(coverage_panel(folder, source, options.edge));
    case PreviewOf::contrast: {
      const ContrastPanels panels = contrast_panels(folder, source, options.edge);
      return draw_beside(panels.before, panels.after);
    }
    case PreviewOf::overview:
      break;
  }
  return draw_overview(tiles(), sheet());
}

}  // namespace frag
