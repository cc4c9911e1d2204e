#include "trainer/job_table.h"

#include <algorithm>

#include "libfrag/base/text.h"
#include "trainer/text_table.h"

namespace frag::trainer {

std::string format_rounds(const rounds::JobStatus& status) {
  TextTable table({"round", "nodes", "taken", "late", "refused", "reissued", "seconds"});
  for (const rounds::RoundStatus& round : status.history) {
    const std::string mark = round.state == "closed" ? "" : " (" + round.state + ")";
    table.add({std::to_string(round.round) + mark, std::to_string(round.nodes), std::to_string(round.taken),
               std::to_string(round.late), std::to_string(round.refused), std::to_string(round.reissued),
               format_fixed(round.seconds, 1)});
  }
  return table.text();
}

std::string format_workers(const rounds::JobStatus& status) {
  TextTable table({"worker", "state", "taken", "late"});
  for (const rounds::WorkerStatus& worker : status.workers) {
    table.add({worker.name, worker.state, std::to_string(worker.taken), std::to_string(worker.late)});
  }
  return table.text();
}

std::string format_job(const rounds::JobStatus& status) {
  const auto closed = std::count_if(status.history.begin(), status.history.end(),
                                    [](const rounds::RoundStatus& round) { return round.state == "closed"; });
  std::string text = "job " + std::to_string(status.job) + " \"" + status.name + "\": " + status.state +
                     ", " + std::to_string(closed) + " of " + std::to_string(status.rounds) +
                     " rounds closed, quorum " + std::to_string(status.needed);
  if (status.weights >= 0) text += ", weights version " + std::to_string(status.weights);
  text += "\n";
  if (!status.history.empty()) text += "\n" + format_rounds(status);
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
