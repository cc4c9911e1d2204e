#include <cstdio>
#include <memory>
#include <optional>

#include "libfrag/base/file.h"
#include "trainer/aggregator_link.h"
#include "trainer/commands.h"
#include "trainer/job_table.h"
#include "trainer/job_watch.h"

namespace frag::trainer {
namespace {

struct StatusArguments {
  std::string aggregator;
  std::string token;
  std::string weights;              // file to write; empty: none
  std::optional<std::int64_t> job;  // absent: the newest
  bool json = false;
  bool watch = false;
};

void run(const StatusArguments& arguments) {
  AggregatorLink link(arguments.aggregator, arguments.token);
  if (arguments.watch) {
    return watch_job(link, arguments.job, arguments.json ? WatchStyle::json : style_of_output());
  }
  const rounds::JobStatus status = link.status(arguments.job);
  if (!arguments.weights.empty()) {
    if (status.weights < 0)
      throw Error(Errc::not_found, "job " + std::to_string(status.job) + " has no weights yet");
    write_file_atomic(arguments.weights, link.weights(status.weights));
  }
  if (arguments.json) {
    std::printf("%s\n", rounds::to_json(status).dump(2).c_str());
    return;
  }
  std::fputs(format_job(status).c_str(), stdout);
  if (!arguments.weights.empty()) {
    std::printf("\nweights version %lld: %s\n", static_cast<long long>(status.weights),
                arguments.weights.c_str());
  }
}

}  // namespace

void add_status(CLI::App& program) {
  auto* command =
      add_command(program, "status", "Show a job's rounds and workers, and fetch its newest weights",
                  "fragtrain status --aggregator http://127.0.0.1:8090 --weights newest.safetensors\n"
                  "  fragtrain status --aggregator http://127.0.0.1:8090 --watch");
  const auto arguments = std::make_shared<StatusArguments>();
  command->add_option("--aggregator", arguments->aggregator, "Address of the aggregator (http://HOST:PORT)")
      ->required();
  command->add_option("--job", arguments->job, "Number of the job; the newest without it")
      ->check(CLI::PositiveNumber);
  auto* weights =
      command->add_option("--weights", arguments->weights, "Write the job's newest weights to this file");
  command
      ->add_flag(
          "--watch", arguments->watch,
          "Go on until the job has ended or Ctrl-C: drawn in place on a terminal, else a line a change")
      ->excludes(weights);
  command->add_flag("--json", arguments->json, "As JSON; with --watch a line of it at each change");
  add_token(command, arguments->token);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag::trainer
