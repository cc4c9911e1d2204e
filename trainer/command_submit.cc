#include <algorithm>
#include <cstdio>
#include <memory>

#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"
#include "libfrag/sampling/sampler.h"
#include "trainer/aggregator_link.h"
#include "trainer/commands.h"
#include "trainer/job_check.h"
#include "trainer/job_file.h"
#include "trainer/job_table.h"
#include "trainer/network.h"
#include "trainer/patience.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

// Fragments from which the first weights' mean and deviation are taken.
constexpr std::uint64_t kStatisticsCount = 600;
constexpr std::chrono::milliseconds kFollowPeriod{500};

struct SubmitArguments {
  std::string job_file;
  std::string aggregator;
  std::string token;
  std::string weights;  // file to write; empty: none
  bool wait = false;
};

// The first weights: the job's model, drawn by the sample's seed, or a module's own, with mean and deviation
// of a training sample.
Network first_network(const JobFile& file, Access& access) {
  const Catalog& catalog = access.catalog();
  const SampleSpec& wanted = file.job.sample;
  SampleSpec sample{.split = wanted.split,
                    .count = {},
                    .seed = wanted.seed,
                    .holdout = wanted.holdout,
                    .fold = wanted.fold};
  if (wanted.balance == Balance::none) sample.balance = Balance::none;
  sample.count = std::min(kStatisticsCount, Sampler(catalog).draw(sample).size());
  const InputShape shape{.edge = file.input.value_or(model_info(file.job.model).input),
                         .channels = natural_channels(catalog)};
  const FragmentSet fragments = read_fragments(access, sample, shape, "pixel statistics");
  if (!file.module) return {make_card(file.job.model, catalog, fragments), sample.seed};
  return {make_card(*file.module, catalog, fragments), sample.seed, &*file.module};
}

// Prints each round once it has closed; returns the finished job's status.
rounds::JobStatus follow(AggregatorLink& link, std::int64_t job) {
  Patience patience(link.url());
  std::size_t printed = 0;
  while (true) {
    const rounds::JobStatus status = patience.persist([&] { return link.status(job); });
    // Rounds close in order, so those that are printed are the first ones.
    while (printed < status.history.size() && status.history[printed].state == "closed") {
      std::printf("%s\n", format_round_line(status.history[printed++]).c_str());
    }
    if (status.state == "finished") return status;
    if (wait_for_stop(kFollowPeriod)) throw_if_stopped();
  }
}

void run(const SubmitArguments& arguments) {
  JobFile file = read_job_file(arguments.job_file);
  const bool keeps_module = file.module && !arguments.weights.empty();
  if (keeps_module) check_module_beside(arguments.weights, *file.module);
  AggregatorLink link(arguments.aggregator, arguments.token);
  const auto access = open_access(file.job.mirrors, file.job.dataset);
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  file.job.dataset = access->catalog().id();
  if (file.dirichlet) {
    file.job.sample.part_weights =
        dirichlet_weights(access->catalog().classes(), file.job.nodes, *file.dirichlet, file.job.sample.seed);
  }
  check_job(file.job, access->catalog());
  const Network network = first_network(file, *access);
  const std::int64_t job = link.submit(file.job);
  link.send_first_weights(job, network.weights());
  std::printf("job %lld \"%s\": %s, dataset %s, %lld rounds of %lld nodes, quorum %lld\n",
              static_cast<long long>(job), file.job.name.c_str(), file.job.model.c_str(),
              file.job.dataset.substr(0, 12).c_str(), static_cast<long long>(file.job.rounds),
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
  auto* command =
      add_command(program, "submit", "Give an aggregator a job",
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
