// The pictures of a report.
#include <algorithm>
#include <optional>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "libfrag/cutting/panels.h"
#include "libfrag/cutting/report_parts.h"
#include "libfrag/image/resize.h"

namespace frag {
namespace {

constexpr std::size_t kExamples = 7, kMostClasses = 40;
constexpr std::int64_t kExampleEdge = 192;  // pixels of an example's longer edge at most

std::string figure(const Panel& panel) {
  std::string html = "<figure>" + html_picture(panel.picture, panel.title);
  if (!panel.levels.empty())
    html += html_histogram(panel.levels, "Histogram of the levels 0 to 255: " + panel.title);
  html += "<figcaption>" + html_text(panel.title);
  if (panel.heat_most || !panel.legend.empty()) html += "<br>";
  if (panel.heat_most) html += html_heat_scale(*panel.heat_most);
  for (const LegendEntry& entry : panel.legend)
    html += "<span class=\"key\">" + html_swatch(entry.colour) + html_text(entry.text) + "</span>";
  return html + "</figcaption></figure>\n";
}

// A large fragment would only make the page heavy.
Image example_of(const Image& fragment) {
  const std::int64_t edge = std::max(fragment.width(), fragment.height());
  if (edge <= kExampleEdge) return fragment.clone();
  return resize_area(fragment, std::max<std::int64_t>(1, fragment.width() * kExampleEdge / edge),
                     std::max<std::int64_t>(1, fragment.height() * kExampleEdge / edge));
}

std::string examples(const DatasetFolder& folder, std::uint64_t seed) {
  const Catalog& catalog = folder.catalog();
  std::string html = "<h2>Examples</h2>\n<p class=\"soft\">Fragments drawn at random from \"" +
                     html_text(catalog.splits().front()) + "\".</p>\n";
  for (const ClassRow& row : draw_class_rows(folder, seed, kExamples, kMostClasses)) {
    const std::string& name = catalog.classes()[row.class_number];
    html += "<div class=\"examples\"><h3>" + html_text(name) + "</h3><div class=\"row\">";
    if (row.fragments.empty()) html += "<p class=\"soft\">none on this side</p>";
    for (const Image& fragment : row.fragments)
      html += html_picture(example_of(fragment), "A fragment of class " + name);
    html += "</div></div>\n";
  }
  if (catalog.classes().size() > kMostClasses) {
    html += "<p class=\"soft\">and " + format_count(catalog.classes().size() - kMostClasses) +
            " more classes</p>\n";
  }
  return html;
}

}  // namespace

std::string pictures_section(const DatasetFolder& folder, std::uint64_t seed) {
  constexpr std::uint32_t kSource = 0;
  const Catalog& catalog = folder.catalog();
  std::string html = examples(folder, seed);
  html += "<h2>A source and its fragments</h2>\n" +
          figure(tiles_panel(folder, kSource, choose_angle(catalog, std::nullopt))) +
          figure(coverage_panel(folder, kSource));
  if (catalog.recipe().contrast != Contrast::none && !folder.open_source(kSource).by_region()) {
    const ContrastPanels panels = contrast_panels(folder, kSource);
    html +=
        "<h2>Contrast</h2>\n<div class=\"pair\">" + figure(panels.before) + figure(panels.after) + "</div>\n";
  }
  return html;
}

}  // namespace frag
