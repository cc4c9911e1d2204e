#include <cstdio>
#include <memory>

#include "libfrag/base/file.h"
#include "trainer/commands.h"
#include "trainer/local_task.h"

namespace frag::trainer {
namespace {

constexpr std::uint64_t kLeaseLimit = std::uint64_t{1} << 26;

struct TaskArguments {
  std::string task;     // the lease, as the aggregator sent it
  std::string weights;  // to start from
  std::string output;
  TaskSources sources;
  std::string keep;
  int threads = 0;
  std::string device = "auto";
};

// A lease, or the aggregator's whole answer with one in it.
rounds::Lease read_lease(const std::string& path) {
  const Json json = parse_json(read_file(path, kLeaseLimit), path);
  if (!json.is_object()) throw Error(Errc::bad_input, path + ": is no lease: not an object");
  if (!json.contains("state")) return rounds::lease_from_json(json);
  if (!json.contains("lease")) {
    throw Error(Errc::bad_input, path + ": is an answer without a lease: its state is " +
                                     json["state"].dump() + ", not \"task\"");
  }
  return rounds::lease_from_json(json["lease"]);
}

void run(const TaskArguments& arguments) {
  use_compute(arguments.threads, arguments.device);
  const rounds::Lease lease = read_lease(arguments.task);
  if (needs_memory(lease) && arguments.keep.empty()) {
    throw Error(Errc::usage, "task " + lease.task +
                                 " is of a job whose worker keeps something from task to task: give it the "
                                 "same folder each time with --keep DIR");
  }
  const std::vector<ModuleFile> modules = read_modules(arguments.sources.modules);
  const ModuleFile* module = module_of_job(lease.job, lease.module_sha256, modules);
  const rounds::WeightsFile start = rounds::parse_weights(read_file(arguments.weights));
  const ModelCard card = card_of_lease(lease, start);
  SampleReader reader({.mirrors = arguments.sources.mirrors, .data = arguments.sources.data, .who = ""});
  const FragmentSet set = reader.read(wanted_of(lease), card);
  TaskMemory memory(arguments.keep);
  const TaskResult result = do_task({.lease = lease, .start = start, .set = set, .module = module}, memory);
  write_file_atomic(arguments.output, result.file);
  std::printf("task %s, round %lld, part %lld: %s\n%s\n", lease.task.c_str(),
              static_cast<long long>(lease.round), static_cast<long long>(lease.part),
              format_task(result).c_str(), arguments.output.c_str());
}

}  // namespace

void add_task(CLI::App& program) {
  auto* command = add_learning_command(
      program, "task",
      "fragtrain task task.json --weights start.safetensors --data gels.frag -o result.safetensors");
  const auto arguments = std::make_shared<TaskArguments>();
  command
      ->add_option("task", arguments->task,
                   "The aggregator's answer to POST /v1/tasks, or the lease in it (JSON)")
      ->required();
  command->add_option("--weights", arguments->weights, "The version of weights that the lease names")
      ->required();
  command->add_option("-o,--output", arguments->output, "Write the result to this file")->required();
  add_sources(command, arguments->sources);
  command->add_option("--keep", arguments->keep,
                      "Folder for what the job's next task needs of this one; compression dgc and elastic "
                      "rules need it");
  add_compute(command, arguments->threads, arguments->device);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
