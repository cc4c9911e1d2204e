#include "trainer/worker.h"

#include "libfrag/base/text.h"
#include "trainer/ahead_reader.h"
#include "trainer/heartbeat.h"
#include "trainer/local_task.h"
#include "trainer/membership.h"
#include "trainer/throttle.h"

namespace frag::trainer {
namespace {

bool in_rounds(const rounds::Lease& lease) {
  return rounds::rule_info(lease.rule.name).pace == rounds::Pace::rounds;
}

class Worker {
 public:
  explicit Worker(const WorkerOptions& options)
      : modules_(read_modules(options.modules)),
        memory_(options.keep),
        throttle_(options.throttle),
        looks_ahead_(options.throttle == 1),
        reader_({.mirrors = options.mirrors, .data = options.data, .who = options.name}),
        membership_(options.aggregator, options.token, options.name) {}

  void run();

 private:
  void do_lease(const rounds::Lease& lease);
  HeartbeatOptions beating(const rounds::Lease& lease);
  void look_ahead(const rounds::Lease& lease, const ModelCard& card);
  void report(const rounds::Lease& lease, const TaskResult& result, const ResultAnswer& answer);

  const std::vector<ModuleFile> modules_;
  TaskMemory memory_;
  Throttle throttle_;
  const bool looks_ahead_;  // a machine that is to stay usable has nothing to spare for it
  AheadReader reader_;
  std::optional<WantedSet> predicted_;  // what the present lease would want, by the one before
  Membership membership_;               // behind the reader: who has no data does not join

  std::int64_t taken_ = 0;
  std::int64_t late_ = 0;
};

void Worker::run() {
  membership_.serve<rounds::Lease>([this](double wait_s) { return membership_.link().ask_for_task(wait_s); },
                                   [this](const rounds::Lease& lease) { do_lease(lease); });
  membership_.say("the job has ended; " + std::to_string(taken_) + " results taken, " +
                  std::to_string(late_) + " late");
  memory_.forget_others(TaskMemory::kNoJob);
}

void Worker::do_lease(const rounds::Lease& lease) {
  const ModuleFile* module = module_of_job(lease.job, lease.module_sha256, modules_);
  const Heartbeat heartbeat(beating(lease));
  const rounds::WeightsFile& start = membership_.weights(lease.weights);
  const ModelCard card = card_of_lease(lease, start);
  const WantedSet wanted = wanted_of(lease);
  const FragmentSet set = heartbeat.read_while_wanted(
      [&](const std::function<bool()>& cancelled) { return reader_.read(wanted, card, cancelled); });
  look_ahead(lease, card);
  throttle_.start();
  const auto after_batch = [&](std::int64_t) {
    heartbeat.expect_wanted();
    throttle_.pause();
  };
  const TaskResult result =
      do_task({.lease = lease, .start = start, .set = set, .module = module}, memory_, after_batch);
  report(lease, result,
         membership_.persist([&] { return membership_.link().send_result(lease.task, result.file); }));
}

// A lost lease is worked on while its result may still count, or while what is kept of it counts for the next
// task: the aggregator takes a result of a part that nobody else has done.
HeartbeatOptions Worker::beating(const rounds::Lease& lease) {
  const bool over_with_round = in_rounds(lease) && !needs_memory(lease);
  const auto why_over = [round = lease.round, over_with_round](const JobBrief& job) -> std::string {
    if (job.state == "finished") return "the job has ended";
    if (over_with_round && job.closed >= round) return "round " + std::to_string(round) + " has closed";
    return "";
  };
  return {.url = membership_.link().url(),
          .token = membership_.token(),
          .join_token = membership_.join_token(),
          .path = "/v1/tasks/" + http::percent_encode(lease.task) + "/heartbeat",
          .job = lease.job,
          .lease_s = lease.lease_s,
          .why_over = why_over};
}

// A worker gets the part that it had, where that is free: so its next set is known, unless leases count their
// draws over all workers. Where parts change hands, rounds are missed or counts follow speeds, the last one
// was not what it would have been by this, and nothing is read until it is again.
void Worker::look_ahead(const rounds::Lease& lease, const ModelCard& card) {
  const bool as_predicted = !predicted_ || *predicted_ == wanted_of(lease);
  rounds::Lease next = lease;
  ++next.round;
  ++next.sample.round;
  predicted_ = wanted_of(next);
  if (looks_ahead_ && as_predicted && in_rounds(lease)) reader_.begin(*predicted_, card);
}

void Worker::report(const rounds::Lease& lease, const TaskResult& result, const ResultAnswer& answer) {
  std::string line = "round " + std::to_string(lease.round) + ", part " + std::to_string(lease.part) + ": " +
                     format_task(result) + ", ";
  switch (answer.verdict) {
    case Verdict::accepted:
      ++taken_;
      line += "taken";
      break;
    case Verdict::late:
      ++late_;
      line += "late (" + answer.reason + ")";
      break;
    case Verdict::refused:
      line += "refused (" + answer.reason + ")";
      break;
  }
  membership_.say(line);
}

}  // namespace

void run_worker(const WorkerOptions& options) {
  Worker(options).run();
}

}  // namespace frag::trainer
