// The subcommands: each adds its options to the program and runs when it was chosen. Errors leave them as
// exceptions; libfrag/cli/program.h turns those into messages and exit statuses.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libfrag/cli/program.h"

namespace frag::trainer {

struct ConfigEntry;
struct EvaluationRequest;
struct FitConfig;

void add_fit(CLI::App& program);
void add_eval(CLI::App& program);
void add_export(CLI::App& program);
void add_predict(CLI::App& program);
void add_report(CLI::App& program);
void add_sweep(CLI::App& program);
void add_worker(CLI::App& program);
void add_task(CLI::App& program);
void add_submit(CLI::App& program);
void add_simulate(CLI::App& program);
void add_control(CLI::App& program);
void add_status(CLI::App& program);
void add_models(CLI::App& program);

// A subcommand of learning_commands.h, whose --help ends with `example`.
CLI::App* add_learning_command(CLI::App& program, const std::string& name, const std::string& example);

// What such a command does once its options are read. LibTorch's own exceptions become Errc::internal here.
void set_action(CLI::App* command, std::function<void()> action);

// --token, which the environment's FRAG_TOKEN may hold too: a command line is for everyone on the machine to
// read.
void add_token(CLI::App* command, std::string& token);

// --split, --count and --seed of what is measured.
void add_request(CLI::App* command, EvaluationRequest& request);

// --threads and --device, for use_compute.
void add_compute(CLI::App* command, int& threads, std::string& device);

// Where a task's fragments come from, and the programs that it may run.
struct TaskSources {
  std::vector<std::string> mirrors;  // --mirror
  std::string data;                  // --data
  std::vector<std::string> modules;  // --module
};
void add_sources(CLI::App* command, TaskSources& sources);

// Every option of `fragtrain fit` that is a setting: all but those that say where a run is kept, and whether
// one that is there is gone on with.
void add_fit_settings(CLI::App* command, FitConfig& config);

// --config FILE: a TOML file whose keys are the command's long options, with _ for -. The command line wins.
// Add it before the options that the file may set.
void add_config(CLI::App* command);

// Gives the command's settings these values, where nothing else has. Errc::bad_input for a key that is none
// of them, with where it stands and what it may mean.
void apply_config(CLI::App& command, const std::vector<ConfigEntry>& entries);

// The command line that started this program, for a shell to read.
std::string command_as_typed();

// The same with --resume instead of --force.
std::string command_to_resume();

// Sets the threads to compute with; 0 takes the machine's.
void use_compute(int threads, const std::string& device = "cpu");

}  // namespace frag::trainer
