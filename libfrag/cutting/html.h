// Words, numbers and pictures as HTML. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libfrag/image/draw.h"
#include "libfrag/image/image.h"

namespace frag {

// The style sheet of our pages: readable on paper, on a bright and on a dark screen, and on a phone.
extern const char* const kReportStyle;

// A whole page that loads nothing: `title` is plain text, `more_style` follows kReportStyle, `header` and
// `body` are HTML.
std::string html_page(const std::string& title, const std::string& more_style, const std::string& header,
                      const std::string& body);

// Large numbers with their names in a row; both are plain text.
std::string html_figures(const std::vector<std::pair<std::string, std::string>>& figures);

// `text` as it can stand between tags or in a quoted attribute: the five characters & < > " ' as entities.
std::string html_text(std::string_view text);

// RFC 4648, with padding.
std::string base64(std::string_view bytes);

// An <img> that carries its picture, a JPEG, in itself. `alt` is plain text.
std::string html_picture(const Image& picture, std::string_view alt);

// A bar of `share` in [0, 1] of its place. The number stands beside it, so readers of screens skip it.
std::string html_bar(double share);

// Levels 0 to 255 from left to right; heights are of the square roots, because a background would dwarf the
// rest. `alt` is plain text.
std::string html_histogram(const std::vector<std::uint64_t>& levels, std::string_view alt);

// The scale of a heat map from 1 to `most`.
std::string html_heat_scale(std::uint32_t most);

// A small square of a colour.
std::string html_swatch(Colour colour);

// A table with its heading row. Cells are HTML; those of the first column head their rows, and those whose
// heading begins with '#' (which is not shown) hold numbers.
std::string html_table(const std::string& caption, const std::vector<std::string>& headings,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace frag
