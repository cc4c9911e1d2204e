#include <unistd.h>

#include <array>
#include <memory>

#include "trainer/commands.h"
#include "trainer/task_memory.h"
#include "trainer/worker.h"

namespace frag::trainer {
namespace {

struct WorkerArguments {
  WorkerOptions worker;
  TaskSources sources;
  int threads = 0;
  std::string device = "auto";
  std::string keep;
  bool evaluate = false;
};

// "HOST-PID": tells apart the workers of one machine, too.
std::string default_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return std::string(host[0] == '\0' ? "worker" : host.data()) + "-" + std::to_string(::getpid());
}

void run(WorkerArguments arguments) {
  use_compute(arguments.threads, arguments.device);
  WorkerOptions& worker = arguments.worker;
  worker.mirrors = arguments.sources.mirrors;
  worker.data = arguments.sources.data;
  worker.modules = arguments.sources.modules;
  worker.keep = arguments.keep;
  if (!worker.name.empty() && worker.keep.empty()) {
    worker.keep = usual_memory_folder(worker.aggregator, worker.name);
  }
  if (worker.name.empty()) worker.name = default_name();
  arguments.evaluate ? run_evaluator(worker) : run_worker(worker);
}

}  // namespace

void add_worker(CLI::App& program) {
  auto* command = add_learning_command(
      program, "worker", "fragtrain worker --aggregator http://lab-server:8090 --mirror http://nearby:8080");
  const auto arguments = std::make_shared<WorkerArguments>();
  WorkerOptions& worker = arguments->worker;
  command->add_option("--aggregator", worker.aggregator, "Address of the aggregator (http://HOST:PORT)")
      ->required();
  add_sources(command, arguments->sources);
  auto* name =
      command->add_option("--name", worker.name, "Name in the aggregator's lists; HOST-PID without it");
  // Under a name that only this process has, nothing could be gone on with.
  command
      ->add_option("--keep", arguments->keep,
                   "Folder for what the job's next task needs of this one, with --name, under which it is "
                   "gone on with; without it one of the name's own in $XDG_STATE_HOME/fragtrain, or memory. "
                   "Of no use, and ignored, with --evaluate")
      ->needs(name);
  auto* evaluate = command->add_flag(
      "--evaluate", arguments->evaluate,
      "Measure the job's versions of weights instead of training, on what the job sets aside for it");
  add_compute(command, arguments->threads, arguments->device);
  command
      ->add_option(
          "--throttle", worker.throttle,
          "Largest share of the time to spend training (above 0, up to 1), so that a desktop stays usable")
      ->check(CLI::Range(0.01, 1.0))
      ->excludes(evaluate);
  add_token(command, worker.token);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
