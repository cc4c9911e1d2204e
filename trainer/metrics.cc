#include "trainer/metrics.h"

#include "libfrag/base/text.h"
#include "trainer/text_table.h"

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

void add_macro_averages(Measures& measures) {
  double classes = 0;
  for (const ClassMeasures& one : measures.classes) {
    if (one.support == 0) continue;
    classes += 1;
    measures.macro_precision += one.precision;
    measures.macro_recall += one.recall;
    measures.macro_f1 += one.f1;
  }
  if (classes == 0) return;
  measures.macro_precision /= classes;
  measures.macro_recall /= classes;
  measures.macro_f1 /= classes;
}

}  // namespace

Measures measure(std::span<const std::uint32_t> truth, std::span<const std::uint32_t> predicted,
                 std::size_t classes) {
  if (truth.size() != predicted.size())
    throw Error(Errc::internal, "truths and predictions differ in number");
  Measures measures;
  measures.fragments = truth.size();
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
  measures.accuracy = ratio(hits, measures.fragments);
  add_macro_averages(measures);
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
          {"macro",
           {{"precision", measures.macro_precision},
            {"recall", measures.macro_recall},
            {"f1", measures.macro_f1}}},
          {"classes", std::move(classes)},
          {"confusion", measures.confusion}};
}

std::string format_table(const Measures& measures, const std::vector<std::string>& names) {
  TextTable scores({"class", "precision", "recall", "F1", "fragments"});
  for (std::size_t i = 0; i < measures.classes.size(); ++i) {
    const ClassMeasures& one = measures.classes[i];
    scores.add({names[i], format_fixed(one.precision, 3), format_fixed(one.recall, 3),
                format_fixed(one.f1, 3), format_count(one.support)});
  }
  scores.add({"mean of classes", format_fixed(measures.macro_precision, 3),
              format_fixed(measures.macro_recall, 3), format_fixed(measures.macro_f1, 3),
              format_count(measures.fragments)});

  std::vector<std::string> header{"true \\ called"};
  header.insert(header.end(), names.begin(), names.end());
  TextTable confusion(header);
  for (std::size_t i = 0; i < measures.confusion.size(); ++i) {
    std::vector<std::string> row{names[i]};
    for (const std::uint64_t count : measures.confusion[i]) row.push_back(format_count(count));
    confusion.add(std::move(row));
  }
  return scores.text() + "\n" + confusion.text();
}

}  // namespace frag::trainer
