#include "trainer/prediction_file.h"

#include <charconv>

#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

std::string shortest_text(float value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::vector<std::string> fields;
  for (const std::string& cell : cells) fields.push_back(csv_field(cell));
  return join(fields, ",") + "\n";
}

}  // namespace

void PredictionFile::write(const Evaluation& evaluation, const Catalog& catalog) {
  const auto& classes = catalog.classes();
  std::vector<std::string> header{"id", "source", "group", "truth", "predicted"};
  for (const std::string& name : classes) header.push_back("p_" + name);
  file_.write(csv_line(header));
  const Probabilities probabilities(evaluation.probabilities, classes.size());
  const std::vector<std::uint32_t> predicted = most_probable(probabilities);
  for (std::size_t i = 0; i < evaluation.ids.size(); ++i) {
    const Source source = catalog.sources()[evaluation.set.sources[i]];
    std::vector<std::string> cells{std::to_string(evaluation.ids[i]), source.name, source.group,
                                   classes[evaluation.set.truth[i]], classes[predicted[i]]};
    for (const float value : probabilities.row(i)) cells.push_back(shortest_text(value));
    file_.write(csv_line(cells));
  }
  file_.commit();
}

}  // namespace frag::trainer
