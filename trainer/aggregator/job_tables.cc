#include "trainer/aggregator/job_tables.h"

#include <map>

#include "libfrag/base/text.h"
#include "trainer/csv_text.h"

namespace frag::aggregator {
namespace {

using rounds::JobStatus;
using rounds::Measurement;
using rounds::RoundStatus;
using trainer::csv_line;

bool has_ended(const RoundStatus& round) {
  return round.state == "closed" || round.state == "stopped";
}

// Workers that say nothing of their training leave both at 0.
bool was_reported(const RoundStatus& round) {
  return round.loss != 0 || round.accuracy != 0;
}

std::string csv_row(const RoundStatus& round, std::int64_t needed) {
  const bool reported = was_reported(round);
  return csv_line(
      {std::to_string(round.round), round.state, std::to_string(round.nodes), std::to_string(needed),
       std::to_string(round.taken), std::to_string(round.late), std::to_string(round.refused),
       std::to_string(round.foreign), std::to_string(round.repeated), std::to_string(round.reissued),
       std::to_string(round.extended), format_fixed(round.opened, 3), format_fixed(round.seconds, 3),
       round.weights < 0 ? "" : std::to_string(round.weights), std::to_string(round.received),
       std::to_string(round.sent), format_fixed(round.staleness, 3),
       reported ? format_fixed(round.loss, 6) : "", reported ? format_fixed(round.accuracy, 6) : ""});
}

}  // namespace

std::string rounds_csv(const JobStatus& status) {
  std::string text =
      "round,state,nodes,needed,taken,late,refused,foreign,repeated,reissued,extended,opened,seconds,weights,"
      "received_bytes,sent_bytes,staleness,loss,accuracy\n";
  for (const RoundStatus& round : status.history) {
    if (has_ended(round)) text += csv_row(round, status.needed);
  }
  return text;
}

std::string measurements_csv(const JobStatus& status) {
  std::string text = "round,weights,fragments,accuracy,loss\n";
  for (const Measurement& one : status.measurements) {
    text += csv_line({std::to_string(one.round), std::to_string(one.weights), std::to_string(one.fragments),
                      format_fixed(one.accuracy, 6), format_fixed(one.loss, 6)});
  }
  return text;
}

std::vector<trainer::ScalarEvent> worker_events(const JobStatus& status) {
  std::vector<trainer::ScalarEvent> events;
  for (const RoundStatus& round : status.history) {
    if (round.state != "closed") continue;
    trainer::ScalarEvent event{round.opened + round.seconds,
                               round.round,
                               {{"seconds", round.seconds},
                                {"taken", static_cast<double>(round.taken)},
                                {"staleness", round.staleness}}};
    if (was_reported(round)) {
      event.values.push_back({"loss", round.loss});
      event.values.push_back({"accuracy", round.accuracy});
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<trainer::ScalarEvent> evaluation_events(const JobStatus& status) {
  std::map<std::int64_t, double> ended;
  for (const RoundStatus& round : status.history) ended[round.round] = round.opened + round.seconds;
  if (!status.history.empty()) ended[0] = status.history.front().opened;  // the first weights
  std::vector<trainer::ScalarEvent> events;
  for (const Measurement& one : status.measurements) {
    events.push_back({ended[one.round], one.round, {{"loss", one.loss}, {"accuracy", one.accuracy}}});
  }
  return events;
}

}  // namespace frag::aggregator
