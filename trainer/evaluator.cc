#include "trainer/evaluator.h"

#include <optional>

#include "libfrag/base/text.h"
#include "trainer/heartbeat.h"
#include "trainer/lease_checks.h"
#include "trainer/measures/probabilities.h"
#include "trainer/membership.h"
#include "trainer/metrics.h"
#include "trainer/sample_reader.h"
#include "trainer/worker.h"

namespace frag::trainer {
namespace {

class Evaluator {
 public:
  explicit Evaluator(const WorkerOptions& options)
      : modules_(read_modules(options.modules)),
        reader_({.mirrors = options.mirrors, .data = options.data, .who = options.name}),
        membership_(options.aggregator, options.token, options.name) {}

  void run();

 private:
  void measure(const rounds::EvaluationLease& lease);
  HeartbeatOptions beating(const rounds::EvaluationLease& lease);
  const FragmentSet& draw(const rounds::EvaluationLease& lease, const ModelCard& card,
                          const Heartbeat& heartbeat);

  const std::vector<ModuleFile> modules_;
  SampleReader reader_;
  Membership membership_;

  // What was drawn last: every version of a job is measured on the same.
  std::optional<WantedSet> drawn_;
  std::optional<FragmentSet> set_;

  std::int64_t measured_ = 0;
};

void Evaluator::run() {
  membership_.serve<rounds::EvaluationLease>(
      [this](double wait_s) { return membership_.link().ask_for_evaluation(wait_s); },
      [this](const rounds::EvaluationLease& lease) { measure(lease); });
  membership_.say("the job has ended; " + count_of(static_cast<std::uint64_t>(measured_), "version") +
                  " measured");
}

void Evaluator::measure(const rounds::EvaluationLease& lease) {
  const ModuleFile* module = module_of_job(lease.job, lease.module_sha256, modules_);
  const Heartbeat heartbeat(beating(lease));
  const rounds::WeightsFile& weights = membership_.weights(lease.weights);
  const FragmentSet& set =
      draw(lease, card_of_version(lease.weights, weights, lease.model, lease.module_sha256), heartbeat);
  const rounds::Measurement measurement = measure_version(lease, weights, set, module);
  const bool wanted = membership_.persist([&] { return membership_.link().send_measurement(measurement); });
  ++measured_;
  membership_.say("weights version " + std::to_string(lease.weights) + ": accuracy " +
                  format_fixed(measurement.accuracy, 3) + ", loss " + format_fixed(measurement.loss, 3) +
                  " over " + count_of(set.size(), "fragment") + (wanted ? "" : ", no longer wanted"));
}

// A version that somebody else has measured meanwhile is measured to its end: what is drawn for it serves the
// next one too.
HeartbeatOptions Evaluator::beating(const rounds::EvaluationLease& lease) {
  return {.url = membership_.link().url(),
          .token = membership_.token(),
          .join_token = membership_.join_token(),
          .path = "/v1/evaluations/" + std::to_string(lease.weights) + "/heartbeat",
          .job = lease.job,
          .lease_s = lease.lease_s,
          .why_over = [](const JobBrief& job) { return job.state == "finished" ? "the job has ended" : ""; }};
}

const FragmentSet& Evaluator::draw(const rounds::EvaluationLease& lease, const ModelCard& card,
                                   const Heartbeat& heartbeat) {
  const WantedSet wanted{
      .dataset = lease.dataset, .mirrors = lease.mirrors, .sample = lease.sample, .title = "evaluation"};
  if (set_ && drawn_ == wanted && set_->shape() == shape_of(card)) return *set_;
  set_.reset();
  set_ = heartbeat.read_while_wanted(
      [&](const std::function<bool()>& cancelled) { return reader_.read(wanted, card, cancelled); });
  drawn_ = wanted;
  return *set_;
}

}  // namespace

rounds::Measurement measure_version(const rounds::EvaluationLease& lease, const rounds::WeightsFile& weights,
                                    const FragmentSet& set, const ModuleFile* module) {
  card_of_version(lease.weights, weights, lease.model, lease.module_sha256);
  Network network(weights, "weights version " + std::to_string(lease.weights), module);
  rounds::Measurement measured{.round = lease.round,
                               .weights = lease.weights,
                               .fragments = static_cast<std::int64_t>(set.size()),
                               .accuracy = 0,
                               .loss = kLargestCrossEntropy};
  try {
    const std::vector<float> numbers = network.probabilities(set);
    const Probabilities probabilities(numbers, network.card().classes.size());
    measured.accuracy = accuracy_of(set.labels(), most_probable(probabilities));
    measured.loss = cross_entropy(probabilities, set.labels());
  } catch (const NoNumbers&) {
    // A job whose training ran away has to hear of it, and the version must not come back to the next one.
  }
  return measured;
}

void run_evaluator(const WorkerOptions& options) {
  Evaluator(options).run();
}

}  // namespace frag::trainer
