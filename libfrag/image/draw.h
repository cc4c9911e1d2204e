// Drawing for pictures that people look at: previews and sheets. An RGB canvas; belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/image/image.h"

namespace frag {

struct Colour {
  std::uint8_t red, green, blue;
};

// Okabe and Ito's colours, which people of every kind of colour vision tell apart; they repeat from the
// eighth on.
Colour class_colour(std::size_t number);

// What pictures and reports are drawn on.
inline constexpr Colour kPaper{250, 250, 248};

// `position` in [0, 1] on the scale of a heat map: viridis, from dark blue over green to yellow, whose
// lightness rises evenly and survives a grey printer.
Colour heat_colour(double position);

struct Point {
  double x, y;  // pixels of the canvas
};

class Canvas {
 public:
  Canvas(std::int64_t width, std::int64_t height, Colour background);

  // Draws `picture` with its top-left at (x, y), scaled to width x height; what leaves the canvas is cut off.
  void paste(const Image& picture, std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height);
  // A closed polygon's outline, anti-aliased, `thickness` pixels.
  void outline(const std::vector<Point>& corners, Colour colour, int thickness = 1);
  // A convex polygon laid over what is there with `opacity` in [0, 1].
  void fill(const std::vector<Point>& corners, Colour colour, double opacity);
  void rectangle(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height, Colour fill);
  // One line of text with its baseline's left end at (x, y), capitals about 10 pixels high times `scale`.
  // Letters beyond ASCII are drawn as in_ascii() has them.
  void text(std::int64_t x, std::int64_t y, const std::string& line, Colour colour, double scale = 1);
  // How many pixels such a line is long.
  static std::int64_t text_width(const std::string& line, double scale = 1);

  const Image& image() const { return image_; }

 private:
  Image image_;
};

}  // namespace frag
