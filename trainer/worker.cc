#include "trainer/worker.h"

#include "libfrag/base/text.h"
#include "trainer/ahead_reader.h"
#include "trainer/heartbeat.h"
#include "trainer/local_task.h"
#include "trainer/membership.h"
#include "trainer/sample_reader.h"
#include "trainer/throttle.h"

namespace frag::trainer {
namespace {

// The training of a lease was given up because its job has ended.
struct JobEnded {};

class Worker {
 public:
  explicit Worker(const WorkerOptions& options)
      : modules_(read_modules(options.modules)),
        memory_(options.keep),
        throttle_(options.throttle),
        looks_ahead_(options.throttle == 1),
        reader_({.mirrors = options.mirrors, .data = options.data, .who = options.name}),
        ahead_(reader_.options()),
        membership_(options.aggregator, options.token, options.name) {}

  void run();

 private:
  void do_lease(const rounds::Lease& lease);
  const ModuleFile* module_or_give_up(const rounds::Lease& lease);
  FragmentSet draw(const rounds::Lease& lease, const ModelCard& card);
  void look_ahead(const rounds::Lease& lease, const ModelCard& card);
  void report(const rounds::Lease& lease, const TaskResult& result, const ResultAnswer& answer);

  const std::vector<ModuleFile> modules_;
  TaskMemory memory_;
  Throttle throttle_;
  const bool looks_ahead_;  // a machine that is to stay usable has nothing to spare for it
  SampleReader reader_;
  AheadReader ahead_;
  std::int64_t last_part_ = -1;
  Membership membership_;

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
  const ModuleFile* module = module_or_give_up(lease);
  const Heartbeat heartbeat(membership_.link().url(), membership_.token(), membership_.join_token(), lease);
  const rounds::WeightsFile& start = membership_.weights(lease.weights);
  const ModelCard card = card_of_lease(lease, start);
  const FragmentSet set = draw(lease, card);
  look_ahead(lease, card);
  TaskResult result;
  throttle_.start();
  try {
    const auto after_batch = [&](std::int64_t) {
      if (heartbeat.job_ended()) throw JobEnded{};
      throttle_.pause();
    };
    result = do_task({.lease = lease, .start = start, .set = set, .module = module}, memory_, after_batch);
  } catch (const JobEnded&) {
    membership_.say("round " + std::to_string(lease.round) + ": given up, the job has ended");
    return;
  }
  report(lease, result,
         membership_.persist([&] { return membership_.link().send_result(lease.task, result.file); }));
}

// A worker that cannot do its job's leases ends.
const ModuleFile* Worker::module_or_give_up(const rounds::Lease& lease) {
  try {
    return module_of_job(lease.job, lease.module_sha256, modules_);
  } catch (const Error&) {
    membership_.give_up_lease();
    throw;
  }
}

FragmentSet Worker::draw(const rounds::Lease& lease, const ModelCard& card) {
  const WantedSet wanted = wanted_of(lease);
  if (std::optional<FragmentSet> set = ahead_.take(wanted, card)) return *std::move(set);
  return Patience("no mirror of the job").persist([&] { return reader_.read(wanted, card); });
}

// A worker gets the part that it had, where that is free: so its next set is known, unless leases count their
// draws over all workers, or parts are changing hands.
void Worker::look_ahead(const rounds::Lease& lease, const ModelCard& card) {
  const bool keeps_part = last_part_ < 0 || last_part_ == lease.part;
  last_part_ = lease.part;
  const bool in_rounds = rounds::rule_info(lease.rule.name).pace == rounds::Pace::rounds;
  if (!looks_ahead_ || !keeps_part || !in_rounds) return;
  rounds::Lease next = lease;
  ++next.round;
  ++next.sample.round;
  ahead_.begin(wanted_of(next), card);
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
