#include "libfrag/image/draw.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "libfrag/base/text.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/mat.h"
#include "libfrag/image/resize.h"

namespace frag {
namespace {

cv::Scalar scalar(Colour colour) {
  return {static_cast<double>(colour.red), static_cast<double>(colour.green),
          static_cast<double>(colour.blue)};
}

// Sub-pixel bits of OpenCV's coordinates.
constexpr int kShift = 4;

std::vector<cv::Point> fixed_points(const std::vector<Point>& corners) {
  std::vector<cv::Point> points;
  points.reserve(corners.size());
  for (const Point& corner : corners)
    points.emplace_back(cvRound(corner.x * (1 << kShift)), cvRound(corner.y * (1 << kShift)));
  return points;
}

constexpr double kTextScale = 0.45;
int stroke_of(double scale) {
  return scale > 1.4 ? 2 : 1;
}

}  // namespace

Colour class_colour(std::size_t number) {
  static constexpr std::array<Colour, 7> kColours{{{230, 159, 0},
                                                   {86, 180, 233},
                                                   {0, 158, 115},
                                                   {240, 228, 66},
                                                   {0, 114, 178},
                                                   {213, 94, 0},
                                                   {204, 121, 167}}};
  return kColours[number % kColours.size()];
}

Colour heat_colour(double position) {
  const auto level = static_cast<std::uint8_t>(cvRound(std::clamp(position, 0.0, 1.0) * 255));
  cv::Mat coloured;
  cv::applyColorMap(cv::Mat(1, 1, CV_8UC1, cv::Scalar(level)), coloured, cv::COLORMAP_VIRIDIS);
  const auto bgr = coloured.at<cv::Vec3b>(0, 0);
  return {bgr[2], bgr[1], bgr[0]};
}

Canvas::Canvas(std::int64_t width, std::int64_t height, Colour background) : image_(width, height, 3) {
  as_mat(image_).setTo(scalar(background));
}

void Canvas::paste(const Image& picture, std::int64_t x, std::int64_t y, std::int64_t width,
                   std::int64_t height) {
  const Image scaled = to_rgb(resize_area(picture, width, height));
  const cv::Rect canvas(0, 0, static_cast<int>(image_.width()), static_cast<int>(image_.height()));
  const cv::Rect wanted(static_cast<int>(x), static_cast<int>(y), static_cast<int>(width),
                        static_cast<int>(height));
  const cv::Rect target = wanted & canvas;
  if (target.empty()) return;
  cv::Mat view = as_mat(image_)(target);
  as_mat(scaled)(target - wanted.tl()).copyTo(view);
}

void Canvas::outline(const std::vector<Point>& corners, Colour colour, int thickness) {
  cv::Mat canvas = as_mat(image_);
  cv::polylines(canvas, fixed_points(corners), true, scalar(colour), thickness, cv::LINE_AA, kShift);
}

void Canvas::fill(const std::vector<Point>& corners, Colour colour, double opacity) {
  const std::vector<cv::Point> points = fixed_points(corners);
  cv::Rect box = cv::boundingRect(points);
  box = cv::Rect(cv::Point(box.x >> kShift, box.y >> kShift),
                 cv::Point((box.br().x >> kShift) + 1, (box.br().y >> kShift) + 1)) &
        cv::Rect(0, 0, static_cast<int>(image_.width()), static_cast<int>(image_.height()));
  if (box.empty()) return;
  cv::Mat part = as_mat(image_)(box);
  cv::Mat filled = part.clone();
  std::vector<cv::Point> within;
  within.reserve(points.size());
  for (const cv::Point& point : points) within.push_back(point - box.tl() * (1 << kShift));
  cv::fillConvexPoly(filled, within, scalar(colour), cv::LINE_AA, kShift);
  cv::addWeighted(filled, opacity, part, 1 - opacity, 0, part);
}

void Canvas::rectangle(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height, Colour fill) {
  cv::Mat canvas = as_mat(image_);
  const cv::Rect area(static_cast<int>(x), static_cast<int>(y), static_cast<int>(width),
                      static_cast<int>(height));
  cv::rectangle(canvas, area, scalar(fill), cv::FILLED);
}

void Canvas::text(std::int64_t x, std::int64_t y, const std::string& line, Colour colour, double scale) {
  cv::Mat canvas = as_mat(image_);
  cv::putText(canvas, in_ascii(line), {static_cast<int>(x), static_cast<int>(y)}, cv::FONT_HERSHEY_SIMPLEX,
              kTextScale * scale, scalar(colour), stroke_of(scale), cv::LINE_AA);
}

std::int64_t Canvas::text_width(const std::string& line, double scale) {
  int below = 0;
  return cv::getTextSize(in_ascii(line), cv::FONT_HERSHEY_SIMPLEX, kTextScale * scale, stroke_of(scale),
                         &below)
      .width;
}

}  // namespace frag
