#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/sweeping/sweep.h"
#include "trainer/sweeping/sweep_file.h"

namespace frag::trainer {
namespace {

struct SweepArguments {
  std::string file;
  std::string folder;
  std::optional<int> threads;
  bool retry_failed = false;
  bool dry_run = false;
  bool json = false;
};

// The same reading of the same options as `fragtrain fit` has.
FitConfig fit_config_of(const std::vector<ConfigEntry>& entries) {
  CLI::App command;
  FitConfig config;
  add_fit_settings(&command, config);
  apply_config(command, entries);
  command.parse(std::vector<std::string>{});
  return config;
}

// Each value by itself, so that a message has its line.
void check_values(const SweepFile& file) {
  for (const ConfigEntry& entry : values_to_check(file)) {
    try {
      fit_config_of({entry});
    } catch (const CLI::RequiredError&) {
      // Others are there to give what is required.
    } catch (const CLI::ParseError& error) {
      throw Error(Errc::bad_input, entry.where + ": \"" + entry.key + "\": " + error.what());
    }
  }
}

std::vector<SweepRun> runs_of(const SweepArguments& arguments, const SweepFile& file) {
  std::vector<SweepRun> runs;
  for (SweptSettings& settings : plan_runs(file)) {
    SweepRun run{.name = {}, .settings = std::move(settings), .config = {}};
    try {
      run.config = fit_config_of(entries_of(file, run.settings));
    } catch (const CLI::ParseError& error) {
      throw Error(Errc::bad_input, file.name + ": " + error.what());
    }
    run.config.existing = Existing::resume;
    run.config.command = command_as_typed();
    run.config.quiet = true;
    run.config.threads = arguments.threads.value_or(run.config.threads);
    runs.push_back(std::move(run));
  }
  return runs;
}

void name_others(const std::vector<SweepRun>& runs, const SweepBag& bag) {
  std::vector<std::string> names;
  for (const SweepRun& run : runs) names.push_back(run.name);
  const std::vector<std::string> others = bag.others(names);
  if (others.empty()) return;
  std::fprintf(stderr, "fragtrain: note: %s here %s none of this sweep and %s left as %s: %s\n",
               count_of(others.size(), "run").c_str(), others.size() == 1 ? "is" : "are",
               others.size() == 1 ? "is" : "are", others.size() == 1 ? "it is" : "they are",
               join(others, ", ").c_str());
}

void list_runs(const Sweep& sweep, bool json) {
  const std::vector<SweepRow> rows = sweep.rows();
  if (json) {
    std::printf("%s\n", sweep_json(rows, sweep.watch()).dump(2).c_str());
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::printf("run %zu/%zu: %s  %s  %s\n", i + 1, rows.size(), rows[i].run.c_str(), status_of(rows[i]),
                describe(rows[i].settings).c_str());
  }
}

void report(const SweepArguments& arguments, const Sweep& sweep, const SweepBag& bag) {
  const std::vector<SweepRow> rows = sweep.rows();
  if (arguments.json) {
    std::printf("%s\n", sweep_json(rows, sweep.watch()).dump(2).c_str());
  } else {
    std::printf("%stable: %s\n", sweep_text(rows, sweep.watch()).c_str(), bag.table_path().c_str());
  }
  const auto count = [&rows](auto&& is) {
    return static_cast<std::uint64_t>(std::count_if(rows.begin(), rows.end(), is));
  };
  const std::uint64_t open = count([](const SweepRow& row) { return !row.record; });
  const std::uint64_t failed = count([](const SweepRow& row) { return row.record && row.record->failed(); });
  if (open > 0) {
    std::fprintf(stderr, "fragtrain: note: %s with other processes; who ends last writes the whole table\n",
                 (count_of(open, "run") + (open == 1 ? " is" : " are")).c_str());
  }
  if (failed > 0) {
    throw Error(Errc::partial, std::to_string(failed) + " of " + count_of(rows.size(), "run") +
                                   " failed; --retry-failed takes them up again");
  }
}

void run(const SweepArguments& arguments) {
  const SweepFile file = read_sweep_file(arguments.file);
  check_values(file);
  std::vector<SweepRun> planned = runs_of(arguments, file);
  const FitConfig& first = planned.front().config;
  use_compute(first.threads, first.device);
  const auto access = open_access(first.places);
  const SweepBag bag(arguments.folder);
  const std::vector<SweepRun> runs = settle_runs(std::move(planned), file.name, bag, *access);
  name_others(runs, bag);
  Sweep sweep(runs, bag, *access, arguments.retry_failed ? FailedRuns::retry : FailedRuns::keep,
              arguments.json ? stderr : stdout);
  if (arguments.dry_run) return list_runs(sweep, arguments.json);
  bag.make();
  sweep.train();
  for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  report(arguments, sweep, bag);
}

}  // namespace

void add_sweep(CLI::App& program) {
  auto* command = add_learning_command(program, "sweep", "fragtrain sweep sweep.toml -o sweep");
  const auto arguments = std::make_shared<SweepArguments>();
  command
      ->add_option("file", arguments->file,
                   "TOML file: settings of `fragtrain fit --config`, and [grid] or [random]")
      ->required();
  command
      ->add_option("-o,--output", arguments->folder,
                   "Folder of the runs; those that are finished in it are kept, and one that was interrupted "
                   "goes on")
      ->required();
  command->add_option("--threads", arguments->threads, "Threads to compute with, instead of the file's")
      ->check(CLI::Range(0, 1024));
  command->add_flag("--retry-failed", arguments->retry_failed, "Take up again the runs that failed");
  command->add_flag("--dry-run", arguments->dry_run, "List the runs, and train none");
  command->add_flag("--json", arguments->json, "The table as JSON on standard output");
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
