#include <tuple>

#include "libfrag/base/text.h"
#include "trainer/measures/assessment_report.h"
#include "trainer/text_table.h"

namespace frag::trainer {
namespace {

constexpr int kDecimals = 3;

std::string number_text(const std::optional<double>& number) {
  return number ? format_fixed(*number, kDecimals) : "-";
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "";
  return "[" + format_fixed(interval->low, kDecimals) + ", " + format_fixed(interval->high, kDecimals) + "]";
}

// A line of the first table: a measure of the network and, where there is one, the baseline's.
struct SummaryLine {
  std::string name;
  std::optional<double> network;
  std::optional<Interval> network_interval{};
  std::optional<double> baseline{};
  std::optional<Interval> baseline_interval{};
};

class Summary {
 public:
  Summary(std::size_t groups, bool with_baseline)
      : with_baseline_(with_baseline), table_(header(count_of(groups, "group"), with_baseline)) {}

  void add(const SummaryLine& line) {
    std::vector<std::string> cells{line.name, number_text(line.network),
                                   interval_text(line.network_interval)};
    if (with_baseline_) {
      cells.push_back(line.baseline ? number_text(line.baseline) : "");
      cells.push_back(interval_text(line.baseline_interval));
    }
    table_.add(std::move(cells));
  }

  // Of fragments or, with a prefix, of sources.
  void add_scores(const std::string& prefix, const Scores& network, const Scores* baseline) {
    add(scores_line(prefix + "accuracy", network, baseline,
                    [](const Scores& s) { return std::pair(s.measures.accuracy, s.accuracy); }));
    add(scores_line(prefix + "macro F1", network, baseline,
                    [](const Scores& s) { return std::pair(s.measures.macro.f1, s.macro_f1); }));
  }

  std::string text() const { return table_.text(); }

 private:
  static std::vector<std::string> header(const std::string& groups, bool with_baseline) {
    if (!with_baseline) return {"", "network", "over " + groups};
    return {"", "network", "over " + groups, "mean and variance", "over " + groups};
  }

  template <class Get>
  static SummaryLine scores_line(const std::string& name, const Scores& network, const Scores* baseline,
                                 const Get& get) {
    SummaryLine line{.name = name, .network = std::nullopt};
    std::tie(line.network, line.network_interval) = get(network);
    if (baseline) std::tie(line.baseline, line.baseline_interval) = get(*baseline);
    return line;
  }

  bool with_baseline_;
  TextTable table_;
};

std::string format_summary(const Assessment& assessment, const std::optional<ClassAssessment>& baseline,
                           std::size_t classes) {
  Summary summary(assessment.groups, baseline.has_value());
  summary.add_scores("", assessment.fragments, baseline ? &baseline->fragments : nullptr);
  summary.add(
      {.name = "weighted F1",
       .network = assessment.fragments.measures.weighted.f1,
       .baseline = baseline ? std::optional(baseline->fragments.measures.weighted.f1) : std::nullopt});
  for (const TopK& top : assessment.top_k) {
    summary.add({.name = "top-" + std::to_string(top.k) + " accuracy", .network = top.accuracy});
  }
  summary.add({.name = "macro ROC AUC", .network = assessment.roc_auc.macro});
  summary.add({.name = "weighted ROC AUC", .network = assessment.roc_auc.weighted});
  summary.add({.name = "calibration error", .network = assessment.calibration.error});
  summary.add_scores("source ", assessment.sources, baseline ? &baseline->sources : nullptr);
  const double chance = 1.0 / static_cast<double>(classes);
  summary.add({.name = "chance", .network = chance});
  return summary.text();
}

std::string format_classes(const Assessment& assessment, const std::vector<std::string>& names) {
  const Measures& measures = assessment.fragments.measures;
  TextTable table({"class", "precision", "recall", "F1", "ROC AUC", "fragments"});
  const auto add = [&table](const std::string& name, double precision, double recall, double f1,
                            const std::optional<double>& area, std::uint64_t count) {
    table.add({name, number_text(precision), number_text(recall), number_text(f1), number_text(area),
               format_count(count)});
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ClassMeasures& one = measures.classes[i];
    add(names[i], one.precision, one.recall, one.f1, assessment.roc_auc.classes[i], one.support);
  }
  const auto& [macro, weighted] = std::tie(measures.macro, measures.weighted);
  add("macro mean", macro.precision, macro.recall, macro.f1, assessment.roc_auc.macro, measures.count);
  add("weighted mean", weighted.precision, weighted.recall, weighted.f1, assessment.roc_auc.weighted,
      measures.count);
  return table.text();
}

std::string format_confusion(const std::string& what, const Measures& measures,
                             const std::vector<std::string>& names) {
  std::vector<std::string> header{what + ": true \\ called"};
  header.insert(header.end(), names.begin(), names.end());
  TextTable table(header);
  for (std::size_t i = 0; i < measures.confusion.size(); ++i) {
    std::vector<std::string> row{names[i]};
    for (const std::uint64_t count : measures.confusion[i]) row.push_back(format_count(count));
    table.add(std::move(row));
  }
  return table.text();
}

}  // namespace

std::string format_assessment(const Assessment& assessment, const std::optional<ClassAssessment>& baseline,
                              const std::vector<std::string>& names) {
  return format_summary(assessment, baseline, names.size()) + "\n" + format_classes(assessment, names) +
         "\n" + format_confusion("fragments", assessment.fragments.measures, names) + "\n" +
         format_confusion("sources", assessment.sources.measures, names);
}

}  // namespace frag::trainer
