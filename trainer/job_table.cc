#include "trainer/job_table.h"

#include <algorithm>
#include <vector>

#include "libfrag/base/text.h"
#include "trainer/text_table.h"

namespace frag::trainer {
namespace {

using rounds::JobStatus;
using rounds::RoundStatus;
using rounds::WorkerStatus;

// Workers that say nothing of their training leave both at 0.
bool has_report(const RoundStatus& round) {
  return round.loss != 0 || round.accuracy != 0;
}

// Columns that a table has only where they say something.
struct RoundColumns {
  explicit RoundColumns(const std::vector<RoundStatus>& history)
      : received(std::ranges::any_of(history, [](const auto& round) { return round.received > 0; })),
        reports(std::ranges::any_of(history, has_report)) {}

  bool received, reports;
};

std::vector<std::string> round_cells(const RoundStatus& round, const RoundColumns& columns) {
  const std::string mark = round.state == "closed" ? "" : " (" + round.state + ")";
  std::vector<std::string> cells{std::to_string(round.round) + mark, std::to_string(round.nodes),
                                 std::to_string(round.taken),        std::to_string(round.late),
                                 std::to_string(round.refused),      std::to_string(round.reissued),
                                 format_fixed(round.seconds, 1)};
  if (columns.received) cells.push_back(format_bytes(round.received));
  if (columns.reports) {
    cells.push_back(has_report(round) ? format_fixed(round.loss, 4) : "");
    cells.push_back(has_report(round) ? format_fixed(round.accuracy, 3) : "");
  }
  return cells;
}

}  // namespace

std::string format_rounds(const JobStatus& status) {
  const RoundColumns columns(status.history);
  std::vector<std::string> header{"round", "nodes", "taken", "late", "refused", "reissued", "seconds"};
  if (columns.received) header.push_back("received");
  if (columns.reports) header.insert(header.end(), {"loss", "accuracy"});
  TextTable table(header);
  for (const RoundStatus& round : status.history) table.add(round_cells(round, columns));
  return table.text();
}

std::string format_workers(const JobStatus& status) {
  const bool speeds =
      std::ranges::any_of(status.workers, [](const auto& worker) { return worker.speed > 0; });
  std::vector<std::string> header{"worker", "state", "taken", "late"};
  if (speeds) header.push_back("fragments/s");
  TextTable table(header);
  for (const WorkerStatus& worker : status.workers) {
    std::vector<std::string> cells{worker.name, worker.state, std::to_string(worker.taken),
                                   std::to_string(worker.late)};
    if (speeds) cells.push_back(worker.speed > 0 ? format_fixed(worker.speed, 1) : "");
    table.add(cells);
  }
  return table.text();
}

std::string format_measurements(const JobStatus& status) {
  TextTable table({"measured after round", "version", "fragments", "accuracy", "loss"});
  for (const rounds::Measurement& one : status.measurements) {
    table.add({std::to_string(one.round), std::to_string(one.weights), std::to_string(one.fragments),
               format_fixed(one.accuracy, 3), format_fixed(one.loss, 4)});
  }
  return table.text();
}

std::string format_headline(const JobStatus& status) {
  const std::int64_t closed = rounds::totals_of(status).closed;
  std::string text = "job " + std::to_string(status.job) + " \"" + status.name + "\": " + status.state +
                     (status.reason.empty() ? "" : " (" + status.reason + ")") + ", " +
                     std::to_string(closed) + " of " + std::to_string(status.rounds) +
                     " rounds closed, quorum " + std::to_string(status.needed);
  if (!status.rule.empty() && status.rule != "mean") text += ", rule " + status.rule;
  if (status.weights >= 0) text += ", weights version " + std::to_string(status.weights);
  return text;
}

std::string format_job(const JobStatus& status) {
  std::string text = format_headline(status) + "\n";
  if (!status.trouble.empty()) text += "it cannot go on: " + status.trouble + "\n";
  if (!status.history.empty()) text += "\n" + format_rounds(status);
  if (status.earlier.closed > 0) {
    text += "and " + count_of(static_cast<std::uint64_t>(status.earlier.closed), "round") +
            " before these: rounds.csv of the aggregator has all\n";
  }
  if (!status.measurements.empty()) text += "\n" + format_measurements(status);
  if (!status.workers.empty()) text += "\n" + format_workers(status);
  return text;
}

std::string format_round_line(const rounds::RoundStatus& round) {
  std::string text = "round " + std::to_string(round.round) + ": " + std::to_string(round.nodes) +
                     " nodes, " + std::to_string(round.taken) + " taken, " + std::to_string(round.late) +
                     " late so far";
  if (round.refused > 0) text += ", " + std::to_string(round.refused) + " refused";
  if (round.reissued > 0) text += ", " + std::to_string(round.reissued) + " reissued";
  return text + ", " + format_seconds(round.seconds);
}

}  // namespace frag::trainer
