// What a run's page says of how good the network is.
#include <algorithm>
#include <cmath>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "trainer/measures/members.h"
#include "trainer/reporting/charts.h"
#include "trainer/reporting/run_sections.h"

namespace frag::trainer {
namespace {

using Cells = std::vector<std::vector<std::string>>;

constexpr std::size_t kMostSourcesShown = 300;

std::string optional_text(const std::optional<double>& value) {
  return value ? measure_text(*value) : "-";
}

// Network and baseline beside each other.
std::string summary_table(const Evaluation& evaluation) {
  const Assessment& network = evaluation.network;
  Cells rows;
  const auto add = [&](const std::string& name, double Measures::*field, const Scores& ours,
                       const Scores* theirs) {
    rows.push_back({name, with_interval(ours.measures.*field, ours.accuracy),
                    theirs == nullptr ? "" : with_interval(theirs->measures.*field, theirs->accuracy)});
  };
  const auto add_f1 = [&](const std::string& name, const Scores& ours, const Scores* theirs) {
    rows.push_back({name, with_interval(ours.measures.macro.f1, ours.macro_f1),
                    theirs == nullptr ? "" : with_interval(theirs->measures.macro.f1, theirs->macro_f1)});
  };
  const Scores* fragments = evaluation.baseline ? &evaluation.baseline->fragments : nullptr;
  const Scores* sources = evaluation.baseline ? &evaluation.baseline->sources : nullptr;
  add("accuracy", &Measures::accuracy, network.fragments, fragments);
  add_f1("macro F1", network.fragments, fragments);
  add("accuracy of sources", &Measures::accuracy, network.sources, sources);
  add_f1("macro F1 of sources", network.sources, sources);
  for (const TopK& top : network.top_k)
    rows.push_back({"top-" + std::to_string(top.k) + " accuracy", measure_text(top.accuracy), ""});
  rows.push_back({"macro ROC AUC", optional_text(network.roc_auc.macro), ""});
  rows.push_back({"calibration error", measure_text(network.calibration.error), ""});
  rows.push_back({"chance", measure_text(1.0 / static_cast<double>(evaluation.set.classes)), ""});
  return html_table("Of fragments, and of whole sources by the votes of their fragments",
                    {"Measure", "#Network", "#Mean and variance"}, rows);
}

std::string class_table(const RunReport& report) {
  const MeasuredRun& run = *report.measured;
  const auto& classes = run.evaluation.network.fragments.measures.classes;
  Cells rows;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    std::optional<ClassIntervals> intervals;
    if (!run.intervals.empty()) intervals = run.intervals[c];
    const auto cell = [&](double value, Interval ClassIntervals::*which) {
      return with_interval(value, intervals ? std::optional((*intervals).*which) : std::nullopt);
    };
    rows.push_back(
        {html_text(report.card.classes[c]), cell(classes[c].precision, &ClassIntervals::precision),
         cell(classes[c].recall, &ClassIntervals::recall), cell(classes[c].f1, &ClassIntervals::f1),
         optional_text(run.evaluation.network.roc_auc.classes[c]), format_count(classes[c].support)});
  }
  return html_table("By class; the intervals of a class of two or three groups reach down to 0",
                    {"Class", "#Precision", "#Recall", "#F1", "#ROC AUC", "#Fragments"}, rows);
}

// Blue on the diagonal, orange beside it, as strong as the share of the row.
std::string heat_cell(std::uint64_t count, std::uint64_t row, bool hit) {
  const double share = row == 0 ? 0 : static_cast<double>(count) / static_cast<double>(row);
  return std::string("<span class=\"heat\" style=\"background:rgba(") + (hit ? "0,114,178," : "213,94,0,") +
         format_fixed(0.5 * share, 3) + ")\">" + format_count(count) + "</span>";
}

std::string matrix(const std::string& caption, const std::vector<std::vector<std::uint64_t>>& confusion,
                   const std::vector<std::string>& names) {
  std::vector<std::string> headings{"true \\ called"};
  for (const std::string& name : names) headings.push_back("#" + name);
  Cells rows;
  for (std::size_t t = 0; t < names.size(); ++t) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : confusion[t]) all += count;
    rows.push_back({html_text(names[t])});
    for (std::size_t p = 0; p < names.size(); ++p)
      rows.back().push_back(heat_cell(confusion[t][p], all, t == p));
  }
  return "<div class=\"matrix\">" + html_table(caption, headings, rows) + "</div>";
}

struct SourceLine {
  std::uint32_t source = 0;
  std::uint32_t truth = 0, called = 0;
  double right = 0;  // share of its fragments
  double sure = 0;   // mean probability of its class
  std::size_t fragments = 0;
};

// In the order of vote(): ascending by number.
std::vector<SourceLine> source_lines(const Evaluation& evaluation) {
  const MeasuredSet& set = evaluation.set;
  const Probabilities rows(evaluation.probabilities, set.classes);
  const SourceVotes votes = vote(set, rows);
  const std::vector<std::uint32_t> called = most_probable(rows);
  std::vector<SourceLine> lines;
  for (const auto& [source, places] : members_of(set.sources)) {
    SourceLine line{.source = source,
                    .truth = votes.truth[lines.size()],
                    .called = votes.predicted[lines.size()],
                    .fragments = places.size()};
    for (const std::uint32_t place : places) {
      line.right += called[place] == set.truth[place] ? 1 : 0;
      line.sure += rows.row(place)[set.truth[place]];
    }
    line.right /= static_cast<double>(places.size());
    line.sure /= static_cast<double>(places.size());
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::string measures_section(const RunReport& report) {
  const Evaluation& evaluation = report.measured->evaluation;
  std::string html =
      "<h2>Measures</h2>\n<p>" + count_of(evaluation.ids.size(), "fragment") + " of split \"" +
      html_text(evaluation.split) + "\": " + count_of(evaluation.network.sources.measures.count, "source") +
      " in " + count_of(evaluation.network.groups, "group") + ", dataset <code>" +
      html_text(evaluation.dataset) +
      "</code>. Intervals are of 95\u00a0%, over groups: fragments of one group resemble each other.</p>\n";
  if (!report.card.dataset.empty() && report.card.dataset != evaluation.dataset) {
    html +=
        "<p class=\"verdict bad\">\u26a0 The network was trained on another dataset; what it saw may be in "
        "this "
        "split.</p>\n";
  }
  if (evaluation.baseline &&
      evaluation.baseline->fragments.measures.accuracy >= evaluation.network.fragments.measures.accuracy) {
    html +=
        "<p class=\"verdict bad\">\u26a0 The mean and variance of a fragment alone do as well: the network "
        "may "
        "have learned light and colour only.</p>\n";
  }
  return html + summary_table(evaluation) + class_table(report) + "<h2>Calibration</h2>\n" +
         html_calibration_chart(
             "How often it is right, by how sure it is; a larger point is more fragments. On the "
             "dashed line it is as right as it says.",
             evaluation.network.calibration);
}

std::string confusion_section(const RunReport& report) {
  const Assessment& network = report.measured->evaluation.network;
  return "<h2>Confusion</h2>\n" +
         matrix("Fragments; colours are shares of a row", network.fragments.measures.confusion,
                report.card.classes) +
         matrix("Sources, by the sum of their fragments' probabilities", network.sources.measures.confusion,
                report.card.classes);
}

std::string hardest_section(const RunReport& report) {
  const MeasuredRun& run = *report.measured;
  const Probabilities rows(run.evaluation.probabilities, run.evaluation.set.classes);
  const std::vector<std::uint32_t> called = most_probable(rows);
  const auto& names = report.card.classes;
  std::string html =
      "<h2>The hardest fragments</h2>\n<p class=\"soft\">Those whose own class has the lowest "
      "probability.</p>\n<div class=\"hard\">\n";
  for (const HardFragment& one : run.hardest) {
    const std::uint32_t truth = run.evaluation.set.truth[one.place];
    const std::string source = report.catalog->sources()[run.evaluation.set.sources[one.place]].name;
    html += "<figure>" + html_picture(one.pixels, "A fragment of class " + names[truth]) + "<figcaption><b>" +
            html_text(names[truth]) + "</b> " + measure_text(rows.row(one.place)[truth]) + "<br>called <b>" +
            html_text(names[called[one.place]]) + "</b> " +
            measure_text(rows.row(one.place)[called[one.place]]) + "<br>" + html_text(source) + ", id " +
            std::to_string(run.evaluation.ids[one.place]) + "</figcaption></figure>\n";
  }
  return html + "</div>\n";
}

std::string sources_section(const RunReport& report) {
  std::vector<SourceLine> lines = source_lines(report.measured->evaluation);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const SourceLine& a, const SourceLine& b) { return a.right < b.right; });
  const auto& names = report.card.classes;
  Cells rows;
  for (const SourceLine& line : lines) {
    if (rows.size() == kMostSourcesShown) break;
    const Source source = report.catalog->sources()[line.source];
    // Where nobody said which sources belong together, a source's group has its own name.
    const std::string group = source.group == source.name ? "" : ", group " + source.group;
    const std::string miss = line.called == line.truth ? "" : " class=\"bad\"";
    rows.push_back({html_text(source.name + group), html_text(names[line.truth]),
                    "<span" + miss + ">" + html_text(names[line.called]) + "</span>",
                    html_bar(line.right) + " " + measure_text(line.right), measure_text(line.sure),
                    format_count(line.fragments)});
  }
  std::string html =
      "<h2>Sources</h2>\n" + html_table(
                                 "The worst first: the share of fragments called right, and the mean "
                                 "probability of their class",
                                 {"Source", "Class", "Called", "#Right", "#Probability", "#Fragments"}, rows);
  if (lines.size() > rows.size())
    html +=
        "<p class=\"soft\">and " + format_count(lines.size() - rows.size()) + " more, which did better</p>\n";
  return html;
}

}  // namespace frag::trainer
