#include "trainer/aggregator/command_replay.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/cli/program.h"
#include "trainer/aggregator/file_limit.h"
#include "trainer/aggregator/replay.h"

namespace frag::aggregator {
namespace {

void run(const std::string& state, std::optional<std::int64_t> job) {
  raise_file_limit();
  const Replay done = replay(state, job, [](const ReplayedRound& round) {
    std::printf("round %lld: %lld results, weights %lld: %s\n", static_cast<long long>(round.round),
                static_cast<long long>(round.results), static_cast<long long>(round.version),
                round.equal ? "equal" : "DIFFERENT");
  });
  if (done.not_kept > 0) {
    std::printf("%lld earlier rounds: their results are no longer kept (the job's \"keep\")\n",
                static_cast<long long>(done.not_kept));
  }
  if (done.different > 0) {
    throw Error(Errc::bad_input, "job " + std::to_string(done.job) + ": " + std::to_string(done.different) +
                                     " of " + std::to_string(done.rounds) +
                                     " rounds do not give the recorded weights");
  }
  std::printf("job %lld: %lld rounds give the recorded weights, bit for bit\n",
              static_cast<long long>(done.job), static_cast<long long>(done.rounds));
}

}  // namespace

int run_replay_command(int argc, char** argv) {
  CLI::App program(
      "Makes a job's rounds again from its recorded results and compares the weights, bit for bit.",
      "fragagg replay");
  prepare(program, "fragagg replay --state rounds\n  fragagg replay --state rounds --job 3");
  std::string state;
  std::optional<std::int64_t> job;
  program.add_option("--state", state, "The state directory; no fragagg may be using it")
      ->type_name("DIR")
      ->required();
  program.add_option("--job", job, "Number of the job; the newest without it")->check(CLI::PositiveNumber);
  program.callback([&] { run(state, job); });
  return run_program(program, argc, argv);
}

}  // namespace frag::aggregator
