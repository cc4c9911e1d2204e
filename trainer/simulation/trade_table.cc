#include "trainer/simulation/trade_table.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "trainer/reporting/charts.h"
#include "trainer/text_table.h"

namespace frag::trainer {
namespace {

constexpr std::size_t kBarCells = 30;
// A table of twelve columns has room.
constexpr char kPageStyle[] = "body { max-width: 74rem; }\n";

std::string accuracy_text(const std::optional<double>& accuracy) {
  return accuracy ? format_fixed(*accuracy, 4) : "-";
}

std::string quorum_text(const SimulatedJob& job) {
  return std::to_string(job.needed) + " of " + std::to_string(job.nodes);
}

double longest(const std::vector<SimulatedJob>& jobs) {
  double seconds = 0;
  for (const SimulatedJob& job : jobs) seconds = std::max(seconds, job.outcome.seconds);
  return seconds;
}

std::string bar(double share) {
  std::string text;
  const auto cells = static_cast<std::size_t>(share * static_cast<double>(kBarCells) + 0.5);
  for (std::size_t i = 0; i < std::max<std::size_t>(1, cells); ++i) text += "\u2588";
  return text;
}

// The jobs that a chart has lines for, and its caption, which says so where these are not all.
std::span<const SimulatedJob> drawn_of(const std::vector<SimulatedJob>& jobs) {
  return std::span(jobs).first(std::min(jobs.size(), kMostChartLines));
}

std::string caption_of(const std::string& what, const std::vector<SimulatedJob>& jobs) {
  if (jobs.size() <= kMostChartLines) return what + ", for each quorum";
  return what + ", for the first " + std::to_string(kMostChartLines) + " of " + std::to_string(jobs.size()) +
         " quorums";
}

// Accuracy over rounds: all jobs have the same ones, or fewer.
std::string accuracy_chart(const std::vector<SimulatedJob>& jobs) {
  std::vector<double> places;
  for (const SimulatedJob& job : jobs) {
    for (const rounds::Measurement& one : job.outcome.status.measurements) {
      places.push_back(static_cast<double>(one.round));
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.empty()) return "";
  std::vector<ChartLine> lines;
  for (const SimulatedJob& job : drawn_of(jobs)) {
    ChartLine line{quorum_text(job), std::vector<std::optional<double>>(places.size())};
    for (const rounds::Measurement& one : job.outcome.status.measurements) {
      const auto place = std::lower_bound(places.begin(), places.end(), static_cast<double>(one.round));
      line.values[static_cast<std::size_t>(place - places.begin())] = one.accuracy;
    }
    lines.push_back(std::move(line));
  }
  return html_line_chart(caption_of("Accuracy by round", jobs), places, lines, ChartRange::share, "round");
}

std::string hours_chart(const std::vector<SimulatedJob>& jobs) {
  std::size_t most = 0;
  for (const SimulatedJob& job : jobs) most = std::max(most, job.round_ends.size());
  std::vector<double> places;
  for (std::size_t round = 1; round <= most; ++round) places.push_back(static_cast<double>(round));
  if (places.empty()) return "";
  std::vector<ChartLine> lines;
  for (const SimulatedJob& job : drawn_of(jobs)) {
    ChartLine line{quorum_text(job), std::vector<std::optional<double>>(most)};
    for (std::size_t r = 0; r < job.round_ends.size(); ++r) line.values[r] = job.round_ends[r] / 60;
    lines.push_back(std::move(line));
  }
  return html_line_chart(caption_of("Virtual minutes until a round has closed", jobs), places, lines,
                         ChartRange::from_zero, "round");
}

bool measured(const std::vector<SimulatedJob>& jobs) {
  return std::any_of(jobs.begin(), jobs.end(),
                     [](const SimulatedJob& job) { return last_accuracy(job).has_value(); });
}

struct Cell {
  std::string name;
  std::string text;
};

std::vector<Cell> row_of(const SimulatedJob& job, bool with_accuracy) {
  const rounds::RoundTotals totals = rounds::totals_of(job.outcome.status);
  std::vector<Cell> row{{"quorum", quorum_text(job)},
                        {"rounds", std::to_string(totals.closed)},
                        {"time", format_seconds(job.outcome.seconds)}};
  if (with_accuracy) {
    row.push_back({"accuracy", accuracy_text(last_accuracy(job))});
    row.push_back({"best", accuracy_text(best_accuracy(job))});
  }
  row.insert(row.end(), {{"taken", std::to_string(totals.taken)},
                         {"late", std::to_string(totals.late)},
                         {"refused", std::to_string(totals.refused)},
                         {"reissued", std::to_string(totals.reissued)},
                         {"vanished", std::to_string(job.outcome.vanished)},
                         {"received", format_bytes(totals.received)},
                         {"sent", format_bytes(totals.sent)}});
  return row;
}

// One of each cell of the jobs' rows, which all have the same.
template <class Make>
std::vector<std::string> made_of(const std::vector<Cell>& row, const Make& make) {
  std::vector<std::string> made;
  for (const Cell& cell : row) made.push_back(make(cell));
  return made;
}

// "#Taken": a column of numbers.
std::string page_heading(const Cell& cell) {
  std::string heading = cell.name;
  heading.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(heading.front())));
  return cell.name == "quorum" ? heading : "#" + heading;
}

// The times of the jobs side by side.
std::string bars(const std::vector<SimulatedJob>& jobs) {
  std::size_t widest = 0;
  for (const SimulatedJob& job : jobs) widest = std::max(widest, quorum_text(job).size());
  std::string text;
  for (const SimulatedJob& job : jobs) {
    std::string quorum = quorum_text(job);
    quorum.resize(widest, ' ');
    text +=
        quorum + "  " + bar(job.outcome.seconds / longest(jobs)) + " " + format_seconds(job.outcome.seconds);
    if (const auto accuracy = last_accuracy(job)) text += ", accuracy " + accuracy_text(accuracy);
    text += "\n";
  }
  return text;
}

}  // namespace

std::optional<double> last_accuracy(const SimulatedJob& job) {
  const auto& measurements = job.outcome.status.measurements;
  return measurements.empty() ? std::nullopt : std::optional(measurements.back().accuracy);
}

std::optional<double> best_accuracy(const SimulatedJob& job) {
  std::optional<double> best;
  for (const rounds::Measurement& one : job.outcome.status.measurements) {
    best = std::max(best.value_or(0), one.accuracy);
  }
  return best;
}

std::string format_trade(const std::vector<SimulatedJob>& jobs) {
  const bool with_accuracy = measured(jobs);
  TextTable table(made_of(row_of(jobs.front(), with_accuracy), [](const Cell& cell) { return cell.name; }));
  for (const SimulatedJob& job : jobs) {
    table.add(made_of(row_of(job, with_accuracy), [](const Cell& cell) { return cell.text; }));
  }
  return table.text() + "\n" + bars(jobs);
}

std::string trade_page(const std::string& title, const std::vector<SimulatedJob>& jobs) {
  const bool with_accuracy = measured(jobs);
  std::vector<std::vector<std::string>> rows;
  for (const SimulatedJob& job : jobs) {
    rows.push_back(
        made_of(row_of(job, with_accuracy), [](const Cell& cell) { return html_text(cell.text); }));
  }
  const std::string header =
      "<h1>" + html_text(title) + "</h1>\n<p class=\"soft\">Simulated: workers are events in virtual time" +
      (with_accuracy ? "; what they train and what is averaged is real" : "") + ".</p>\n";
  return html_page(title, std::string(kChartStyle) + kPageStyle, header,
                   html_table("What each quorum takes and gives",
                              made_of(row_of(jobs.front(), with_accuracy), page_heading), rows) +
                       hours_chart(jobs) + accuracy_chart(jobs));
}

Json trade_json(const std::vector<SimulatedJob>& jobs) {
  Json list = Json::array();
  for (const SimulatedJob& job : jobs) {
    const rounds::RoundTotals totals = rounds::totals_of(job.outcome.status);
    const Json status = to_json(job.outcome.status);
    Json entry{{"needed", job.needed},
               {"nodes", job.nodes},
               {"rounds", totals.closed},
               {"seconds", job.outcome.seconds},
               {"taken", totals.taken},
               {"late", totals.late},
               {"refused", totals.refused},
               {"reissued", totals.reissued},
               {"vanished", job.outcome.vanished},
               {"received", totals.received},
               {"sent", totals.sent},
               {"round_ends", job.round_ends},
               {"history", status["history"]},
               {"measurements", status["measurements"]}};
    if (const auto accuracy = last_accuracy(job)) entry["accuracy"] = *accuracy;
    if (const auto best = best_accuracy(job)) entry["best"] = *best;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace frag::trainer
