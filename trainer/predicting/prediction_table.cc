#include "trainer/predicting/prediction_table.h"

#include "libfrag/cutting/fragment_table.h"
#include "trainer/csv_text.h"
#include "trainer/measures/probabilities.h"

namespace frag::trainer {
namespace {

std::string header_with_classes(std::vector<std::string> columns, const ModelCard& card) {
  for (const std::string& name : card.classes) columns.push_back("p_" + name);
  return csv_line(columns);
}

}  // namespace

std::string picture_header(const ModelCard& card) {
  return header_with_classes({"image", "class", "probability", "votes", "fragments"}, card);
}

std::string picture_line(const PicturePrediction& prediction, const ModelCard& card) {
  const std::uint32_t chosen = prediction.class_number;
  std::vector<std::string> cells{prediction.name, class_name(prediction, card),
                                 shortest_text(static_cast<float>(prediction.mean[chosen])),
                                 std::to_string(prediction.votes[chosen]),
                                 std::to_string(prediction.fragments())};
  for (const double mean : prediction.mean) cells.push_back(shortest_text(static_cast<float>(mean)));
  return csv_line(cells);
}

Json to_json(const PicturePrediction& prediction, const ModelCard& card) {
  Json means = Json::object();
  Json votes = Json::object();
  for (std::size_t c = 0; c < card.classes.size(); ++c) {
    means[card.classes[c]] = prediction.mean[c];
    votes[card.classes[c]] = prediction.votes[c];
  }
  return {{"image", prediction.name},
          {"class", class_name(prediction, card)},
          {"probability", prediction.mean[prediction.class_number]},
          {"fragments", prediction.fragments()},
          {"probabilities", std::move(means)},
          {"votes", std::move(votes)}};
}

std::string fragment_header(const ModelCard& card) {
  return header_with_classes({"image", "angle", "row", "column", "x", "y", "w", "h", "class"}, card);
}

std::string fragment_lines(const Picture& picture, const PicturePrediction& prediction,
                           const ModelCard& card) {
  const Tiling& tiling = picture.tiling;
  const Probabilities rows(prediction.probabilities, card.classes.size());
  std::string lines;
  for (std::size_t i = 0; i < picture.tiles.size(); ++i) {
    const TileAddress tile = tiling.locate(picture.tiles[i]);
    const Angle& angle = picture.angles[tile.angle];
    const TileFrame frame = tiling.frame(tile);
    const SourcePoint centre = place_of(tiling.width(), tiling.height(), angle, frame).centre;
    std::vector<std::string> cells{picture.name,
                                   format_degrees(angle.millidegrees),
                                   std::to_string(tile.row),
                                   std::to_string(tile.column),
                                   format_position(centre.x),
                                   format_position(centre.y),
                                   std::to_string(frame.width),
                                   std::to_string(frame.height),
                                   card.classes[prediction.called[i]]};
    for (const float value : rows.row(i)) cells.push_back(shortest_text(value));
    lines += csv_line(cells);
  }
  return lines;
}

}  // namespace frag::trainer
