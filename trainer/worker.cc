#include "trainer/worker.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "trainer/aggregator_link.h"
#include "trainer/heartbeat.h"
#include "trainer/local_task.h"
#include "trainer/patience.h"
#include "trainer/throttle.h"

namespace frag::trainer {
namespace {

// Shorter than the aggregator would hold it, so that a stop is noticed soon.
constexpr double kPollSeconds = 4;
constexpr std::chrono::milliseconds kShortestPoll{200};

// The training of a lease was given up because its job has ended.
struct JobEnded {};

class Worker {
 public:
  explicit Worker(const WorkerOptions& options)
      : options_(options),
        link_(options.aggregator, options.token),
        patience_(link_.url()),
        throttle_(options.throttle) {
    for (const std::string& path : options.modules) modules_.push_back(read_module_file(path));
  }

  void run();

 private:
  void do_lease(const rounds::Lease& lease);
  const ModuleFile* module_or_give_up(const rounds::Lease& lease);
  const rounds::WeightsFile& weights(std::int64_t version);
  FragmentSet draw(const rounds::Lease& lease);
  Access& open(const rounds::Lease& lease);
  void print_new_notes();
  void report(const rounds::Lease& lease, const LocalResult& result, const ResultAnswer& answer);
  void say(const std::string& line) const { std::printf("%s: %s\n", options_.name.c_str(), line.c_str()); }

  const WorkerOptions options_;
  AggregatorLink link_;
  Patience patience_;
  Throttle throttle_;
  std::vector<ModuleFile> modules_;
  std::string token_;

  std::int64_t weights_version_ = -1;
  rounds::WeightsFile weights_;

  std::unique_ptr<Access> access_;
  std::string access_dataset_;
  std::vector<std::string> access_places_;
  std::set<std::string> notes_;  // printed already

  std::int64_t taken_ = 0;
  std::int64_t late_ = 0;
};

void Worker::run() {
  token_ = patience_.persist([this] { return link_.join(options_.name); });
  say("joined " + link_.url());
  while (true) {
    throw_if_stopped();
    const auto asked = std::chrono::steady_clock::now();
    const TaskAnswer answer = patience_.persist([this] { return link_.ask_for_task(kPollSeconds); });
    if (answer.state == TaskState::finished) break;
    if (answer.state == TaskState::task) {
      do_lease(answer.lease);
    } else if (std::chrono::steady_clock::now() - asked < kShortestPoll) {
      wait_for_stop(kShortestPoll);  // an aggregator that does not hold polls is not to be flooded
    }
  }
  say("the job has ended; " + std::to_string(taken_) + " results taken, " + std::to_string(late_) + " late");
}

void Worker::do_lease(const rounds::Lease& lease) {
  const ModuleFile* module = module_or_give_up(lease);
  const Heartbeat heartbeat(link_.url(), token_, options_.token, lease);
  const rounds::WeightsFile& start = weights(lease.weights);
  const FragmentSet set = draw(lease);
  LocalResult result;
  throttle_.start();
  try {
    const auto after_batch = [&](std::int64_t) {
      if (heartbeat.job_ended()) throw JobEnded{};
      throttle_.pause();
    };
    result = train_locally(lease, start, set, after_batch, module);
  } catch (const JobEnded&) {
    say("round " + std::to_string(lease.round) + ": given up, the job has ended");
    return;
  }
  const ResultAnswer answer =
      patience_.persist([&] { return link_.send_result(lease.task, result.change, result.fragments); });
  report(lease, result, answer);
}

// A worker that cannot do its job's leases ends. Joining again gives the lease up, so that the part is free
// for another at once and not only when the lease dies; where that fails, it dies.
const ModuleFile* Worker::module_or_give_up(const rounds::Lease& lease) {
  try {
    return module_of_lease(lease, modules_);
  } catch (const Error&) {
    try {
      link_.join(options_.name);
    } catch (const Error& error) {
      say(std::string("the lease is not given up: ") + error.what());
    }
    throw;
  }
}

void Worker::report(const rounds::Lease& lease, const LocalResult& result, const ResultAnswer& answer) {
  std::string line = "round " + std::to_string(lease.round) + ", part " + std::to_string(lease.part) + ": " +
                     format_count(static_cast<std::uint64_t>(result.fragments)) + " fragments, loss " +
                     format_fixed(result.last.loss, 3) + ", accuracy " +
                     format_fixed(result.last.accuracy, 3) + ", " +
                     format_fixed(result.last.images_per_second, 0) + " images/s, ";
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
  say(line);
}

const rounds::WeightsFile& Worker::weights(std::int64_t version) {
  if (weights_version_ != version) {
    weights_version_ = -1;
    weights_ = rounds::parse_weights(patience_.persist([&] { return link_.weights(version); }));
    weights_version_ = version;
  }
  return weights_;
}

FragmentSet Worker::draw(const rounds::Lease& lease) {
  const ModelCard card = card_of_lease(lease, weights_);
  Patience patience("no mirror of the job");
  return patience.persist([&] {
    try {
      FragmentSet set = draw_local_set(lease, card, open(lease));
      print_new_notes();
      return set;
    } catch (...) {
      if (access_) print_new_notes();
      access_.reset();  // the next attempt begins with the first mirror again
      throw;
    }
  });
}

Access& Worker::open(const rounds::Lease& lease) {
  std::vector<std::string> places = options_.mirrors;
  places.insert(places.end(), lease.mirrors.begin(), lease.mirrors.end());
  if (!access_ || access_dataset_ != lease.dataset || access_places_ != places) {
    access_ = open_access(places, lease.dataset);
    access_dataset_ = lease.dataset;
    access_places_ = places;
    notes_.clear();
  }
  return *access_;
}

void Worker::print_new_notes() {
  for (const std::string& note : access_->notes()) {
    if (notes_.insert(note).second)
      std::fprintf(stderr, "fragtrain: %s: %s\n", options_.name.c_str(), note.c_str());
  }
}

}  // namespace

void run_worker(const WorkerOptions& options) {
  Worker(options).run();
}

}  // namespace frag::trainer
