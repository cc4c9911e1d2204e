#include "libfrag/image/draw.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "libfrag/image/convert.h"
#include "libfrag/image/mat.h"
#include "libfrag/image/resize.h"

namespace frag {
namespace {

cv::Scalar scalar(Colour colour) {
  return {static_cast<double>(colour.red), static_cast<double>(colour.green),
          static_cast<double>(colour.blue)};
}

}  // namespace

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
  constexpr int kShift = 4;  // sub-pixel bits of OpenCV's coordinates
  std::vector<cv::Point> points;
  points.reserve(corners.size());
  for (const Point& corner : corners) {
    points.emplace_back(cvRound(corner.x * (1 << kShift)), cvRound(corner.y * (1 << kShift)));
  }
  cv::Mat canvas = as_mat(image_);
  cv::polylines(canvas, points, true, scalar(colour), thickness, cv::LINE_AA, kShift);
}

void Canvas::rectangle(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height, Colour fill) {
  cv::Mat canvas = as_mat(image_);
  const cv::Rect area(static_cast<int>(x), static_cast<int>(y), static_cast<int>(width),
                      static_cast<int>(height));
  cv::rectangle(canvas, area, scalar(fill), cv::FILLED);
}

void Canvas::text(std::int64_t x, std::int64_t y, const std::string& line, Colour colour, double scale) {
  cv::Mat canvas = as_mat(image_);
  cv::putText(canvas, line, {static_cast<int>(x), static_cast<int>(y)}, cv::FONT_HERSHEY_SIMPLEX,
              0.45 * scale, scalar(colour), scale > 1.4 ? 2 : 1, cv::LINE_AA);
}

}  // namespace frag
