// Measurements: which versions are due, who measures them, and when they end the job.
#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/millis.h"

namespace frag::rounds {

// Ascending.
std::vector<WeightsRecord> Coordinator::due_measurements(const JobRecord& job) const {
  std::vector<WeightsRecord> due;
  if (!job.spec.evaluation) return due;
  for (const auto& [version, weights] : state_.weights) {
    if (weights.job != job.id || weights.round == 0 || weights.pruned) continue;
    const bool last = job.state == JobState::finished && version == job.weights;
    const bool wanted = weights.round % job.spec.evaluation->every == 0 || last;
    if (wanted && !state_.measurements.contains(version)) due.push_back(weights);
  }
  return due;
}

Offer<EvaluationLease> Coordinator::next_evaluation(std::int64_t worker, Millis wait) {
  advance();
  const JobRecord* job = job_of_worker(worker);
  hear(worker, wait);
  if (job == nullptr) return {};
  const std::vector<WeightsRecord> due = due_measurements(*job);
  if (due.empty() && job->state == JobState::finished) return {OfferKind::finished, {}};
  const auto claimed_by = [&](std::optional<std::int64_t> claimant) {
    return std::find_if(due.begin(), due.end(), [&](const WeightsRecord& weights) {
      return claimant_of(weights.version) == claimant;
    });
  };
  auto mine = claimed_by(worker);  // first, so that nobody holds two
  if (mine == due.end()) mine = claimed_by(std::nullopt);
  if (mine == due.end()) return {};
  const JobSpec& spec = job->spec;
  claim(worker, *mine);
  EvaluationLease lease;
  lease.job = job->id;
  lease.round = mine->round;
  lease.weights = mine->version;
  lease.lease_s = spec.lease_s;
  lease.model = spec.model;
  lease.module_sha256 = spec.module_sha256;
  lease.dataset = spec.dataset;
  lease.mirrors = spec.mirrors;
  lease.sample = spec.evaluation->sample;
  return {OfferKind::task, std::move(lease)};
}

std::optional<std::int64_t> Coordinator::claimant_of(std::int64_t version) const {
  const auto claim = claims_.find(version);
  return claim == claims_.end() ? std::nullopt : std::optional(claim->second.worker);
}

void Coordinator::claim(std::int64_t worker, const WeightsRecord& weights) {
  claims_[weights.version] = {worker, clock_() + millis(state_.jobs.at(weights.job).spec.lease_s)};
}

const WeightsRecord& Coordinator::weights_of(std::int64_t version) const {
  const auto found = state_.weights.find(version);
  if (found != state_.weights.end()) return found->second;
  throw Error(Errc::not_found, "there are no weights of version " + std::to_string(version));
}

double Coordinator::renew_claim(std::int64_t worker, std::int64_t version) {
  advance();
  hear(worker, 0);
  const WeightsRecord& weights = weights_of(version);
  const JobRecord& job = state_.jobs.at(weights.job);
  const std::vector<WeightsRecord> due = due_measurements(job);
  if (std::find(due.begin(), due.end(), weights) == due.end()) {
    throw Error(Errc::refused, "weights " + std::to_string(version) + " are not to be measured any more");
  }
  if (claimant_of(version).value_or(worker) != worker) {
    throw Error(Errc::refused, "weights " + std::to_string(version) + " are another's to measure");
  }
  claim(worker, weights);
  return job.spec.lease_s;
}

OfferKind Coordinator::present(std::int64_t worker, Millis wait, bool evaluates) {
  hear(worker, wait);
  const auto job = state_.jobs.find(state_.workers.at(worker).job);
  const bool over = job != state_.jobs.end() && job->second.state == JobState::finished &&
                    (!evaluates || due_measurements(job->second).empty());
  return over ? OfferKind::finished : OfferKind::wait;
}

// Why the job should end, by what was measured so far; empty where it should go on.
std::string Coordinator::reason_to_stop(const JobRecord& job) const {
  const StopRule& stop = job.spec.stop;
  double best = -1;
  std::int64_t since = 0;  // measurements since the best
  for (const auto& [version, record] : state_.measurements) {
    if (record.job != job.id) continue;
    const double accuracy = record.measurement.accuracy;
    if (stop.target && accuracy >= *stop.target) {
      return "weights " + std::to_string(version) + " have accuracy " + format_fixed(accuracy, 4) +
             ": the target is reached";
    }
    since = accuracy > best ? 0 : since + 1;
    best = std::max(best, accuracy);
  }
  if (stop.patience > 0 && since >= stop.patience) {
    return std::to_string(since) + " measurements without an accuracy above " + format_fixed(best, 4);
  }
  return {};
}

void Coordinator::measured(std::int64_t worker, const Measurement& measurement) {
  advance();
  hear(worker, 0);
  const WeightsRecord& weights = weights_of(measurement.weights);
  claims_.erase(measurement.weights);
  const JobRecord& job = state_.jobs.at(weights.job);
  if (!state_.measurements.contains(measurement.weights)) {
    MeasurementRecord record{job.id, measurement, clock_()};
    record.measurement.round = weights.round;
    Batch batch;
    batch.measurements.push_back(record);
    tell(batch, job.id, record.measurement.round, "measured",
         "weights " + std::to_string(measurement.weights) + ": accuracy " +
             format_fixed(measurement.accuracy, 4) + ", by " + state_.workers.at(worker).name);
    commit(batch);
    ++openings_;
  }
  if (job.state == JobState::finished || closes_last(job.id)) return;
  if (const std::string why = reason_to_stop(job); !why.empty()) stop(job.id, why);
}

}  // namespace frag::rounds
