#include "trainer/evaluation.h"

#include <map>

#include "libfrag/base/text.h"
#include "trainer/baseline.h"
#include "trainer/measures/assessment_report.h"

namespace frag::trainer {
namespace {

std::vector<std::uint32_t> number_groups(const Catalog& catalog, const std::vector<std::uint32_t>& sources) {
  std::map<std::string_view, std::uint32_t> numbers;
  std::vector<std::uint32_t> groups;
  for (const std::uint32_t source : sources) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    groups.push_back(numbers.try_emplace(catalog.sources().group(source), next).first->second);
  }
  return groups;
}

// What a network that is measured on `split` may learn from.
std::optional<SampleSpec> training_pool(const Catalog& catalog, const std::string& split) {
  if (split.starts_with("fold")) return SampleSpec{.count = {}, .fold = parse_integer(split.substr(4))};
  if (has_split(catalog, "train")) return SampleSpec{.split = "train", .count = {}};
  return std::nullopt;
}

std::optional<ClassAssessment> assess_baseline(Access& access, const FragmentSet& test,
                                               const MeasuredSet& set, const EvaluationRequest& request) {
  std::optional<SampleSpec> spec = training_pool(access.catalog(), request.split);
  if (!spec) return std::nullopt;
  spec->seed = request.seed;
  spec->count = usual_count(access.catalog(), *spec, test.size());
  const FragmentSet train = read_fragments(access, *spec, test.shape(), "baseline");
  return assess_classes(set, predict_baseline(train, test), request.seed);
}

}  // namespace

Evaluation evaluate(Network& network, Access& access, const EvaluationRequest& request) {
  const Catalog& catalog = access.catalog();
  check_classes(network.card(), catalog.classes(), "dataset " + catalog.id().substr(0, 12));
  SampleSpec spec{.split = request.split, .count = {}, .seed = request.seed};
  const std::uint64_t usual = usual_count(catalog, spec, kUsualFragments);  // also: is there such a split?
  spec.count = request.count.value_or(usual);
  const FragmentSet test = read_fragments(access, spec, network.input(), request.split);
  Evaluation evaluation;
  evaluation.split = request.split;
  evaluation.dataset = catalog.id();
  evaluation.set = {.classes = catalog.classes().size(),
                    .truth = test.labels(),
                    .sources = test.sources(),
                    .groups = number_groups(catalog, test.sources())};
  evaluation.ids = test.ids();
  evaluation.probabilities = network.probabilities(test);
  evaluation.network =
      assess(evaluation.set, Probabilities(evaluation.probabilities, evaluation.set.classes), request.seed);
  evaluation.baseline = assess_baseline(access, test, evaluation.set, request);
  return evaluation;
}

Json to_json(const Evaluation& evaluation, const ModelCard& card) {
  Json json = {{"model", card.model},
               {"dataset", evaluation.dataset},
               {"split", evaluation.split},
               {"fragments", evaluation.ids.size()},
               {"sources", evaluation.network.sources.measures.count},
               {"groups", evaluation.network.groups}};
  json.update(to_json(evaluation.network, card.classes));
  json["baseline"] = evaluation.baseline ? to_json(*evaluation.baseline, card.classes) : Json(nullptr);
  return json;
}

std::string format_evaluation(const Evaluation& evaluation, const ModelCard& card) {
  std::string text = card.model + " on split \"" + evaluation.split +
                     "\": " + count_of(evaluation.ids.size(), "fragment") + " of " +
                     count_of(evaluation.network.sources.measures.count, "source") + " in " +
                     count_of(evaluation.network.groups, "group") + "\n";
  if (!evaluation.baseline) text += "mean and variance are not measured: no split \"train\"\n";
  return text + "\n" + format_assessment(evaluation.network, evaluation.baseline, card.classes);
}

}  // namespace frag::trainer
