#include "libfrag/cutting/html.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "libfrag/base/text.h"
#include "libfrag/image/encode.h"

namespace frag {
namespace {

constexpr int kQuality = 85;

std::string css_colour(Colour colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text.data();
}

}  // namespace

std::string html_page(const std::string& title, const std::string& more_style, const std::string& header,
                      const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html_text(title) + "</title>\n<style>" + kReportStyle + more_style +
         "</style>\n</head>\n<body>\n<header>\n" + header + "</header>\n<main>\n" + body +
         "</main>\n</body>\n</html>\n";
}

std::string html_figures(const std::vector<std::pair<std::string, std::string>>& figures) {
  std::string html = "<dl class=\"figures\">";
  for (const auto& [name, value] : figures)
    html += "<div><dt>" + html_text(name) + "</dt><dd>" + html_text(value) + "</dd></div>";
  return html + "</dl>\n";
}

std::string html_text(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += letter;
    }
  }
  return html;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t held = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < held ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= held ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string html_picture(const Image& picture, std::string_view alt) {
  return "<img src=\"data:image/jpeg;base64," + base64(encode_jpeg(picture, kQuality)) + "\" width=\"" +
         std::to_string(picture.width()) + "\" height=\"" + std::to_string(picture.height()) + "\" alt=\"" +
         html_text(alt) + "\">";
}

std::string html_bar(double share) {
  return "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
         "<rect class=\"room\" width=\"100\" height=\"8\"/><rect width=\"" +
         format_fixed(std::clamp(share, 0.0, 1.0) * 100, 2) + "\" height=\"8\"/></svg>";
}

std::string html_histogram(const std::vector<std::uint64_t>& levels, std::string_view alt) {
  constexpr double kHeight = 60;
  const double most = std::sqrt(
      static_cast<double>(std::max<std::uint64_t>(1, *std::max_element(levels.begin(), levels.end()))));
  std::string path = "M0 60";
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double top = kHeight * (1 - std::sqrt(static_cast<double>(levels[i])) / most);
    path += "V" + format_fixed(top, 1) + "h1";
  }
  return "<svg class=\"histogram\" viewBox=\"0 0 " + std::to_string(levels.size()) +
         " 60\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + html_text(alt) + "\"><path d=\"" +
         path + "V60Z\"/></svg>";
}

std::string html_heat_scale(std::uint32_t most) {
  constexpr int kSteps = 32;
  std::string scale =
      "<span class=\"key\">1 <svg class=\"scale\" viewBox=\"0 0 32 1\" "
      "preserveAspectRatio=\"none\" aria-hidden=\"true\">";
  for (int i = 0; i < kSteps; ++i) {
    // Each a little wider than its place: else seams show between them.
    scale += "<rect x=\"" + std::to_string(i) + "\" width=\"1.1\" height=\"1\" fill=\"" +
             css_colour(heat_colour(i / (kSteps - 1.0))) + "\"/>";
  }
  return scale + "</svg> " + format_count(most) + " fragments</span>";
}

std::string html_swatch(Colour colour) {
  return "<svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect width=\"1\" height=\"1\" "
         "fill=\"" +
         css_colour(colour) + "\"/></svg>";
}

std::string html_table(const std::string& caption, const std::vector<std::string>& headings,
                       const std::vector<std::vector<std::string>>& rows) {
  const auto is_number = [&headings](std::size_t column) { return headings[column].substr(0, 1) == "#"; };
  std::string html = "<div class=\"wide\"><table><caption>" + html_text(caption) + "</caption><thead><tr>";
  for (std::size_t i = 0; i < headings.size(); ++i) {
    html += std::string("<th scope=\"col\"") + (is_number(i) ? " class=\"number\"" : "") + ">" +
            html_text(headings[i].substr(is_number(i) ? 1 : 0)) + "</th>";
  }
  html += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string style = is_number(i) ? " class=\"number\"" : "";
      html += i == 0 ? "<th scope=\"row\">" + row[i] + "</th>" : "<td" + style + ">" + row[i] + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace frag
