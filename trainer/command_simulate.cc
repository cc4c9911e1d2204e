#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/prepared_job.h"
#include "trainer/simulation/simulated_training.h"
#include "trainer/simulation/trade_table.h"

namespace frag::trainer {
namespace {

struct SimulateArguments {
  std::string job_file;
  std::vector<std::string> places;
  FleetSettings fleet;
  std::vector<double> quorums;
  bool times_only = false;
  std::string page;
  bool json = false;
  int threads = 0;
  std::string device = "auto";
};

SimulatedJob simulate(const SimulateArguments& arguments, const JobFile& file, const PreparedJob& prepared) {
  std::unique_ptr<SimulatedWork> work;
  if (arguments.times_only) {
    work = std::make_unique<UndoneWork>(prepared.weights.size(), prepared.sampler);
  } else {
    work = std::make_unique<SimulatedTraining>(prepared, arguments.places, file.module);
  }
  SimulatedJob simulated;
  simulated.needed = prepared.job.needed();
  simulated.nodes = prepared.job.nodes;
  Progress progress("quorum " + std::to_string(simulated.needed),
                    static_cast<std::uint64_t>(prepared.job.rounds), "rounds");
  simulated.outcome =
      run_virtual_rounds(prepared.job, arguments.fleet, *work, [&](const rounds::JobStatus&, double seconds) {
        simulated.round_ends.push_back(seconds);
        progress.add(1);
      });
  return simulated;
}

// A quorum as job files have it, but that 1 is all nodes.
double share_of(double quorum, std::int64_t nodes) {
  if (quorum > 0 && quorum <= 1) return quorum;
  const auto most = static_cast<double>(nodes);
  if (quorum >= 2 && quorum <= most && quorum == std::floor(quorum)) return quorum / most;
  throw Error(Errc::usage, "--quorum " + Json(quorum).dump() +
                               ": write a share of the nodes, above 0, up to 1, or a "
                               "whole number of them from 2 to the job's " +
                               std::to_string(nodes));
}

void check(const SimulateArguments& arguments, const PreparedJob& prepared) {
  draw_speeds(arguments.fleet);
  if (prepared.job.asynchronous() && !arguments.quorums.empty()) {
    throw Error(Errc::usage, "--quorum means nothing to the rule \"" + prepared.job.rule.name +
                                 "\", which takes results as they come");
  }
}

void run(const SimulateArguments& arguments) {
  use_compute(arguments.threads, arguments.device);
  const JobFile file = read_job_file(arguments.job_file);
  PreparedJob prepared = prepare_job(file, arguments.places);
  check(arguments, prepared);
  if (arguments.times_only) {
    prepared.job.evaluation.reset();
    prepared.job.stop = {};
  }
  std::vector<double> quorums;
  for (const double quorum : arguments.quorums) quorums.push_back(share_of(quorum, prepared.job.nodes));
  if (quorums.empty()) quorums.push_back(prepared.job.quorum);
  std::vector<SimulatedJob> jobs;
  for (const double quorum : quorums) {
    prepared.job.quorum = quorum;
    jobs.push_back(simulate(arguments, file, prepared));
  }
  if (!arguments.page.empty()) write_file_atomic(arguments.page, trade_page(prepared.job.name, jobs));
  if (arguments.json) {
    std::printf("%s\n", trade_json(jobs).dump(2).c_str());
    return;
  }
  std::printf("%s: %lld workers, rule %s\n\n%s", prepared.job.name.c_str(),
              static_cast<long long>(arguments.fleet.workers), prepared.job.rule.name.c_str(),
              format_trade(jobs).c_str());
  if (!arguments.page.empty()) std::printf("\n%s\n", arguments.page.c_str());
}

void add_fleet(CLI::App* command, FleetSettings& fleet) {
  command->add_option("--workers", fleet.workers, "How many workers there are")
      ->required()
      ->check(CLI::Range(1, 100'000));
  command
      ->add_option("--speeds", fleet.speeds,
                   "Relative speeds: \"1*8, 0.2*2\", \"lognormal:0.5\" or \"uniform:0.2:1\"")
      ->capture_default_str();
  command->add_option("--rate", fleet.rate, "Fragments a second that a worker of speed 1 trains on")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--failures", fleet.failures, "Chance that a worker vanishes within a task")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  command->add_option("--away", fleet.away_s, "Mean seconds until it is back")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--latency", fleet.latency_s, "Mean seconds of a request, on top of its bytes")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--bandwidth", fleet.bandwidth, "Bytes a second of each worker's line; 0: endless")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--seed", fleet.seed, "Of speeds, failures and latencies")->capture_default_str();
}

}  // namespace

void add_simulate(CLI::App& program) {
  auto* command = add_learning_command(program, "simulate",
                                       "fragtrain simulate job.toml --data gels.frag --workers 10 "
                                       "--speeds \"1*8, 0.2*2\" --quorum 0.6,0.8,1");
  const auto arguments = std::make_shared<SimulateArguments>();
  command->add_option("job", arguments->job_file, "Job file (TOML); manifests/job.toml shows every key")
      ->required();
  command
      ->add_option(
          "--data", arguments->places,
          "Dataset folder, tars or mirror (http://HOST:PORT) instead of the job's mirrors; mirrors may "
          "be given repeatedly")
      ->allow_extra_args(false);
  add_fleet(command, arguments->fleet);
  command
      ->add_option("--quorum", arguments->quorums,
                   "Quorums to try: shares of the nodes, above 0, up to 1, or numbers of them from 2 on; "
                   "the job's own without it")
      ->delimiter(',');
  command->add_flag("--times-only", arguments->times_only, "Train nothing: only the times of the rounds");
  command->add_option("-o,--output", arguments->page, "Write table and charts as a page (HTML)");
  command->add_flag("--json", arguments->json, "As JSON");
  add_compute(command, arguments->threads, arguments->device);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
