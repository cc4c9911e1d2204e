#include "trainer/metrics.h"

namespace frag::trainer {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

ClassMeasures measure_class(const std::vector<std::vector<std::uint64_t>>& confusion, std::size_t number) {
  const std::uint64_t hits = confusion[number][number];
  std::uint64_t called = 0;
  std::uint64_t are = 0;
  for (std::size_t other = 0; other < confusion.size(); ++other) {
    called += confusion[other][number];
    are += confusion[number][other];
  }
  return {.precision = ratio(hits, called),
          .recall = ratio(hits, are),
          .f1 = ratio(2 * hits, called + are),
          .support = are};
}

// Each class counts by `weight(class)`; those without support do not count.
template <class Weight>
MeanMeasures mean_of(const std::vector<ClassMeasures>& classes, const Weight& weight) {
  MeanMeasures mean;
  double sum = 0;
  for (const ClassMeasures& one : classes) {
    if (one.support == 0) continue;
    const double share = weight(one);
    sum += share;
    mean.precision += share * one.precision;
    mean.recall += share * one.recall;
    mean.f1 += share * one.f1;
  }
  if (sum == 0) return {};
  return {.precision = mean.precision / sum, .recall = mean.recall / sum, .f1 = mean.f1 / sum};
}

Json means_to_json(const MeanMeasures& mean) {
  return {{"precision", mean.precision}, {"recall", mean.recall}, {"f1", mean.f1}};
}

}  // namespace

Measures measure(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
                 std::size_t classes) {
  if (truth.size() != predicted.size())
    throw Error(Errc::internal, "truths and predictions differ in number");
  Measures measures;
  measures.count = truth.size();
  measures.confusion.assign(classes, std::vector<std::uint64_t>(classes, 0));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] >= classes || predicted[i] >= classes)
      throw Error(Errc::internal, "a class number is too large");
    ++measures.confusion[truth[i]][predicted[i]];
  }
  std::uint64_t hits = 0;
  for (std::size_t number = 0; number < classes; ++number) {
    hits += measures.confusion[number][number];
    measures.classes.push_back(measure_class(measures.confusion, number));
  }
  measures.accuracy = ratio(hits, measures.count);
  measures.macro = mean_of(measures.classes, [](const ClassMeasures&) { return 1.0; });
  measures.weighted =
      mean_of(measures.classes, [](const ClassMeasures& one) { return static_cast<double>(one.support); });
  return measures;
}

double accuracy_of(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted) {
  if (truth.size() != predicted.size())
    throw Error(Errc::internal, "truths and predictions differ in number");
  std::uint64_t hits = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) hits += static_cast<std::uint64_t>(truth[i] == predicted[i]);
  return ratio(hits, truth.size());
}

Json to_json(const Measures& measures, const std::vector<std::string>& names) {
  Json classes = Json::array();
  for (std::size_t i = 0; i < measures.classes.size(); ++i) {
    const ClassMeasures& one = measures.classes[i];
    classes.push_back({{"name", names[i]},
                       {"precision", one.precision},
                       {"recall", one.recall},
                       {"f1", one.f1},
                       {"support", one.support}});
  }
  return {{"accuracy", measures.accuracy},
          {"macro", means_to_json(measures.macro)},
          {"weighted", means_to_json(measures.weighted)},
          {"classes", std::move(classes)},
          {"confusion", measures.confusion}};
}

}  // namespace frag::trainer
