#include "trainer/reporting/run_report.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/resize.h"
#include "trainer/reporting/charts.h"
#include "trainer/reporting/run_sections.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kHardest = 24;
constexpr std::int64_t kHardestEdge = 160;  // pixels of a picture's longer edge at most

Image for_people(const Image& fragment) {
  const Image rgb = to_rgb(to_8_bit(fragment));
  const std::int64_t edge = std::max(rgb.width(), rgb.height());
  if (edge <= kHardestEdge) return rgb.clone();
  return resize_area(rgb, std::max<std::int64_t>(1, rgb.width() * kHardestEdge / edge),
                     std::max<std::int64_t>(1, rgb.height() * kHardestEdge / edge));
}

// The draw is a function of its spec: read again, its fragments come in the same order.
std::vector<HardFragment> read_hardest(Access& access, const Evaluation& evaluation, std::uint64_t seed) {
  std::map<std::size_t, Image> pictures;
  for (const std::size_t place : hardest_places(evaluation, kHardest)) pictures[place];
  const SampleSpec spec{.split = evaluation.split, .count = evaluation.ids.size(), .seed = seed};
  std::size_t place = 0;
  access.read({.spec = spec}, [&](const Fragment& fragment) {
    const auto wanted = pictures.find(place++);
    if (wanted != pictures.end()) wanted->second = for_people(fragment.pixels);
  });
  std::vector<HardFragment> hardest;
  for (const std::size_t one : hardest_places(evaluation, kHardest))
    hardest.push_back({one, std::move(pictures[one])});
  return hardest;
}

std::string headline(const RunReport& report) {
  std::vector<std::pair<std::string, std::string>> figures;
  if (report.measured != nullptr) {
    const Evaluation& evaluation = report.measured->evaluation;
    figures = {{"accuracy", measure_text(evaluation.network.fragments.measures.accuracy)},
               {"macro F1", measure_text(evaluation.network.fragments.measures.macro.f1)},
               {"accuracy of sources", measure_text(evaluation.network.sources.measures.accuracy)}};
    if (evaluation.baseline) {
      figures.emplace_back("mean and variance alone",
                           measure_text(evaluation.baseline->fragments.measures.accuracy));
    }
  }
  figures.emplace_back("classes", format_count(report.card.classes.size()));
  if (!report.record.history.empty())
    figures.emplace_back("epochs", format_count(report.record.history.front().values.size()));
  return "<h1>" + html_text(report.title) + "</h1>\n<p class=\"soft\">Model <code>" +
         html_text(report.card.model) + "</code>" +
         (report.written.empty() ? "" : ", trained until " + html_text(report.written)) + "</p>\n" +
         html_figures(figures);
}

}  // namespace

std::vector<std::size_t> hardest_places(const Evaluation& evaluation, std::size_t most) {
  const Probabilities rows(evaluation.probabilities, evaluation.set.classes);
  std::vector<std::size_t> places(rows.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return rows.row(a)[evaluation.set.truth[a]] < rows.row(b)[evaluation.set.truth[b]];
  });
  places.resize(std::min(most, places.size()));
  return places;
}

MeasuredRun measure_run(Network& network, Access& access, const EvaluationRequest& request) {
  MeasuredRun run;
  run.evaluation = evaluate(network, access, request);
  const MeasuredSet& set = run.evaluation.set;
  run.intervals =
      class_intervals(set.truth, most_probable(Probabilities(run.evaluation.probabilities, set.classes)),
                      set.groups, set.classes, request.seed);
  run.hardest = read_hardest(access, run.evaluation, request.seed);
  return run;
}

std::string measure_text(double value) {
  return format_fixed(value, 3);
}

std::string with_interval(double value, const std::optional<Interval>& interval) {
  if (!interval) return measure_text(value);
  return measure_text(value) + " <span class=\"soft\">[" + measure_text(interval->low) + ",\u00a0" +
         measure_text(interval->high) + "]</span>";
}

std::string write_run_report(const RunReport& report) {
  std::string body;
  if (report.measured != nullptr) {
    body += measures_section(report) + confusion_section(report);
  } else {
    body += "<p>Nothing was measured for this page: name a dataset or a mirror behind the run.</p>\n";
  }
  body += curves_section(report.record);
  if (report.measured != nullptr) body += hardest_section(report) + sources_section(report);
  return html_page(report.title, std::string(kChartStyle) + kRunStyle, headline(report),
                   body + settings_section(report));
}

}  // namespace frag::trainer
