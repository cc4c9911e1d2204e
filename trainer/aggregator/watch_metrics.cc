#include "trainer/aggregator/watch_metrics.h"

#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace frag::aggregator {
namespace {

using rounds::JobStatus;
using rounds::RoundStatus;
using Samples = std::vector<http::MetricsText::Sample>;

// A sample for each state there is, 0 where nobody is in it, so that no series comes and goes.
Samples worker_samples(const JobStatus& status, const std::string& job) {
  std::map<std::string, int> counts{{"waiting", 0}, {"training", 0}, {"measuring", 0}, {"gone", 0}};
  for (const rounds::WorkerStatus& worker : status.workers) ++counts[worker.state];
  Samples samples;
  for (const auto& [state, count] : counts) samples.push_back({{{"job_id", job}, {"state", state}}, count});
  return samples;
}

Samples state_samples(const JobStatus& status, const std::string& job) {
  Samples samples;
  for (const char* state : {"awaiting_weights", "open", "paused", "finished"}) {
    samples.push_back({{{"job_id", job}, {"state", state}}, status.state == state ? 1 : 0});
  }
  return samples;
}

void append_rounds(http::MetricsText& out, const JobStatus& status, const std::string& job) {
  const auto of_job = [&job](auto value) { return Samples{{{{"job_id", job}}, value}}; };
  out.add("fragagg_rounds", "Rounds that the job is to have.", of_job(status.rounds));
  out.add("fragagg_quorum", "Results that close a round.", of_job(status.needed));
  if (status.history.empty()) return;
  const RoundStatus& newest = status.history.back();
  out.add("fragagg_round_results", "Results that count in the newest round.", of_job(newest.taken));
  for (auto round = status.history.rbegin(); round != status.history.rend(); ++round) {
    if (round->state != "closed") continue;
    out.add("fragagg_last_round_seconds", "Length of the round that closed last.", of_job(round->seconds));
    return;
  }
}

}  // namespace

DiskUse disk_use(const std::filesystem::path& state) {
  DiskUse use;
  std::error_code ignored;  // files go while they are counted
  for (auto entry = std::filesystem::recursive_directory_iterator(state, ignored);
       entry != std::filesystem::recursive_directory_iterator(); entry.increment(ignored)) {
    const std::uintmax_t bytes = entry->is_regular_file(ignored) ? entry->file_size(ignored) : 0;
    if (bytes != static_cast<std::uintmax_t>(-1)) use.used += bytes;
  }
  use.free = std::filesystem::space(state, ignored).available;
  return use;
}

void append_job(http::MetricsText& out, const JobStatus& status) {
  const std::string job = std::to_string(status.job);
  const auto of_job = [&job](auto value) { return Samples{{{{"job_id", job}}, value}}; };
  const rounds::RoundTotals totals = totals_of(status);
  out.add("fragagg_job_state", "1 for the state that the newest job is in.", state_samples(status, job));
  append_rounds(out, status, job);
  out.add("fragagg_rounds_closed_total", "Rounds that closed.", of_job(totals.closed));
  Samples results;
  const std::pair<const char*, std::int64_t> verdicts[] = {{"foreign", totals.foreign},
                                                           {"late", totals.late},
                                                           {"refused", totals.refused},
                                                           {"repeated", totals.repeated},
                                                           {"taken", totals.taken}};
  for (const auto& [verdict, count] : verdicts) {
    results.push_back({{{"job_id", job}, {"verdict", verdict}}, count});
  }
  out.add("fragagg_results_total", "Results that came, by what became of them.", results);
  out.add("fragagg_leases_reissued_total", "Leases that died or were overdue, and were issued again.",
          of_job(totals.reissued));
  out.add("fragagg_deadlines_passed_total", "Deadlines that passed below the quorum.",
          of_job(totals.extended));
  out.add("fragagg_workers", "Workers of the job.", worker_samples(status, job));
  out.add("fragagg_received_bytes_total", "Bytes of results, those that do not count too.",
          of_job(totals.received));
  out.add("fragagg_sent_bytes_total", "Bytes of weights.", of_job(totals.sent));
  if (status.weights >= 0)
    out.add("fragagg_weights_version", "The newest version of the weights.", of_job(status.weights));
  if (status.measurements.empty()) return;
  const rounds::Measurement& measured = status.measurements.back();
  out.add("fragagg_accuracy", "Accuracy of the version that was measured last.", of_job(measured.accuracy));
  out.add("fragagg_loss", "Its mean cross-entropy, in nats.", of_job(measured.loss));
  out.add("fragagg_measured_version", "That version.", of_job(measured.weights));
}

void append_disk(http::MetricsText& out, const DiskUse& disk) {
  out.add("fragagg_disk_used_bytes", "Bytes of all files of the state directory.", disk.used);
  out.add("fragagg_disk_free_bytes", "Bytes that its file system has left.", disk.free);
}

}  // namespace frag::aggregator
