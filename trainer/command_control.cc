#include <array>
#include <cstdio>
#include <memory>
#include <optional>

#include "trainer/aggregator_link.h"
#include "trainer/commands.h"
#include "trainer/patience.h"

namespace frag::trainer {
namespace {

struct ControlArguments {
  std::string aggregator;
  std::string token;
  std::optional<std::int64_t> job;  // absent: the newest
  std::string reason;
};

struct ControlVerb {
  const char* name;
  const char* help;
};

constexpr std::array kControlVerbs{
    ControlVerb{"pause", "Hand out no more tasks; results of tasks under way are taken"},
    ControlVerb{"resume", "Go on with a job that was paused, by somebody or by its own rules"},
    ControlVerb{"stop", "End a job for good, with the newest weights as its result"},
};

void run(const ControlArguments& arguments, const std::string& verb) {
  AggregatorLink link(arguments.aggregator, arguments.token);
  const std::int64_t job = arguments.job ? *arguments.job : link.status().job;
  const std::string state =
      Patience(link.url()).persist([&] { return link.control(job, verb, arguments.reason); });
  std::printf("job %lld: %s\n", static_cast<long long>(job), state.c_str());
}

}  // namespace

void add_control(CLI::App& program) {
  auto* control =
      add_command(program, "job", "Pause, resume or stop a job",
                  "fragtrain job pause --aggregator http://127.0.0.1:8090 --reason \"power cut at noon\"");
  control->require_subcommand(1);
  for (const auto& [name, help] : kControlVerbs) {
    auto* command = add_command(*control, name, help,
                                std::string("fragtrain job ") + name + " --aggregator http://127.0.0.1:8090");
    const auto arguments = std::make_shared<ControlArguments>();
    command->add_option("--aggregator", arguments->aggregator, "Address of the aggregator (http://HOST:PORT)")
        ->required();
    command->add_option("--job", arguments->job, "Number of the job; the newest without it")
        ->check(CLI::PositiveNumber);
    command->add_option("--reason", arguments->reason, "For people who read the job's status");
    add_token(command, arguments->token);
    command->callback([arguments, verb = std::string(name)] { run(*arguments, verb); });
  }
}

}  // namespace frag::trainer
