#include "trainer/prediction_file.h"

#include "trainer/csv_text.h"

namespace frag::trainer {

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
