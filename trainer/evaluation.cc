#include "trainer/evaluation.h"

#include <algorithm>

#include "libfrag/base/text.h"
#include "trainer/baseline.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kUsualCount = 3000;

std::optional<double> measure_baseline(Access& access, const FragmentSet& test, std::uint64_t seed) {
  if (!has_split(access.catalog(), "train")) return std::nullopt;
  SampleSpec spec{.split = "train", .count = {}, .seed = seed};
  spec.count = usual_count(access.catalog(), spec.split, test.size());
  return baseline_accuracy(read_fragments(access, spec, test.shape(), "baseline"), test);
}

}  // namespace

Evaluation evaluate(Network& network, Access& access, const EvaluationRequest& request) {
  const Catalog& catalog = access.catalog();
  check_classes(network.card(), catalog.classes(), "dataset " + catalog.id().substr(0, 12));
  const std::uint64_t usual =
      usual_count(catalog, request.split, kUsualCount);  // also: is there such a split?
  const SampleSpec spec{.split = request.split, .count = request.count.value_or(usual), .seed = request.seed};
  const FragmentSet test = read_fragments(access, spec, network.input(), request.split);
  Evaluation evaluation;
  evaluation.split = request.split;
  evaluation.dataset = catalog.id();
  evaluation.sources = test.distinct_sources();
  evaluation.measures = measure(test.labels(), network.predict(test), catalog.classes().size());
  evaluation.baseline_accuracy = measure_baseline(access, test, request.seed);
  return evaluation;
}

Json to_json(const Evaluation& evaluation, const ModelCard& card) {
  Json json = {{"model", card.model},
               {"dataset", evaluation.dataset},
               {"split", evaluation.split},
               {"fragments", evaluation.measures.fragments},
               {"sources", evaluation.sources}};
  json["baseline_accuracy"] =
      evaluation.baseline_accuracy ? Json(*evaluation.baseline_accuracy) : Json(nullptr);
  json.update(to_json(evaluation.measures, card.classes));
  return json;
}

std::string format_evaluation(const Evaluation& evaluation, const ModelCard& card) {
  std::string text = card.model + " on split \"" + evaluation.split +
                     "\": " + format_count(evaluation.measures.fragments) + " fragments of " +
                     format_count(evaluation.sources) + " sources\n\n";
  text += format_table(evaluation.measures, card.classes);
  text += "\naccuracy           " + format_fixed(evaluation.measures.accuracy, 3);
  text +=
      "\nmean and variance  " + (evaluation.baseline_accuracy
                                     ? format_fixed(*evaluation.baseline_accuracy, 3) + " (nearest neighbour)"
                                     : std::string("not measured: no split \"train\""));
  text += "\nchance             " + format_fixed(1.0 / static_cast<double>(card.classes.size()), 3) + "\n";
  return text;
}

}  // namespace frag::trainer
