#include <cstdio>
#include <memory>

#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"
#include "trainer/aggregator_link.h"
#include "trainer/commands.h"
#include "trainer/job_table.h"
#include "trainer/patience.h"
#include "trainer/prepared_job.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

constexpr std::chrono::milliseconds kFollowPeriod{500};

struct SubmitArguments {
  std::string job_file;
  std::string aggregator;
  std::string token;
  std::string weights;  // file to write; empty: none
  bool wait = false;
};

// Prints each round once it has closed; returns the finished job's status.
rounds::JobStatus follow(AggregatorLink& link, std::int64_t job) {
  Patience patience(link.url());
  std::int64_t printed = 0;
  while (true) {
    const rounds::JobStatus status = patience.persist([&] { return link.status(job); });
    for (const rounds::RoundStatus& round : status.history) {
      if (round.round <= printed || round.state != "closed") continue;
      std::printf("%s\n", format_round_line(round).c_str());
      printed = round.round;
    }
    if (status.state == "finished") return status;
    if (wait_for_stop(kFollowPeriod)) throw_if_stopped();
  }
}

// A job without them keeps others out, so whoever cannot send them has to know how to end it.
void send_first_weights(AggregatorLink& link, std::int64_t job, const std::string& file) {
  try {
    Patience(link.url()).persist([&] {
      link.send_first_weights(job, file);
      return true;
    });
  } catch (const Error& error) {
    const std::string number = std::to_string(job);
    throw Error(error.code(), std::string(error.what()) + "; job " + number +
                                  " waits for its weights: end it with `fragtrain job stop --aggregator " +
                                  link.url() + " --job " + number + "`");
  }
}

void run(const SubmitArguments& arguments) {
  const JobFile file = read_job_file(arguments.job_file);
  const bool keeps_module = file.module && !arguments.weights.empty();
  if (keeps_module) check_module_beside(arguments.weights, *file.module);
  AggregatorLink link(arguments.aggregator, arguments.token);
  const PreparedJob prepared = prepare_job(file);
  const std::int64_t job = link.submit(prepared.job);
  send_first_weights(link, job, prepared.weights);
  std::printf("job %lld \"%s\": %s, dataset %s, %lld rounds of %lld nodes, quorum %lld\n",
              static_cast<long long>(job), file.job.name.c_str(), file.job.model.c_str(),
              prepared.job.dataset.substr(0, 12).c_str(), static_cast<long long>(file.job.rounds),
              static_cast<long long>(file.job.nodes), static_cast<long long>(file.job.needed()));
  if (file.module) {
    std::printf("its workers need the file of the module: --module %s, SHA-256 %s\n",
                file.module->name.c_str(), file.module->sha256.c_str());
  }
  if (!arguments.wait) return;
  const rounds::JobStatus status = follow(link, job);
  std::printf("\n%s", format_job(status).c_str());
  if (!arguments.weights.empty()) {
    write_file_atomic(arguments.weights,
                      Patience(link.url()).persist([&] { return link.weights(status.weights); }));
    if (keeps_module) save_module_beside(arguments.weights, *file.module);
    std::printf("\nweights: %s\n", arguments.weights.c_str());
  }
}

}  // namespace

void add_submit(CLI::App& program) {
  auto* command = add_learning_command(
      program, "submit",
      "fragtrain submit job.toml --aggregator http://127.0.0.1:8090 --wait -o final.safetensors");
  const auto arguments = std::make_shared<SubmitArguments>();
  command->add_option("job", arguments->job_file, "Job file (TOML); manifests/job.toml shows every key")
      ->required();
  command->add_option("--aggregator", arguments->aggregator, "Address of the aggregator (http://HOST:PORT)")
      ->required();
  auto* wait = command->add_flag("--wait", arguments->wait, "Follow the job to its end, a line a round");
  command->add_option("-o,--output", arguments->weights, "Write the final weights to this file")->needs(wait);
  add_token(command, arguments->token);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
