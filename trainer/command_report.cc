#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/reporting/run_report.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

struct ReportArguments {
  std::string run;
  std::vector<std::string> places;
  std::string output;
  std::string title;  // empty: the name of the run's folder
  EvaluationRequest request;
  int threads = 0;
  std::string device = "auto";
};

std::string title_of(const ReportArguments& arguments) {
  if (!arguments.title.empty()) return arguments.title;
  const std::filesystem::path path = std::filesystem::path(arguments.run).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

// The day on which the weights were written, as this machine's clock has it.
std::string day_written(const std::filesystem::path& path) {
  const auto file = std::filesystem::is_directory(path) ? path / "weights.safetensors" : path;
  struct stat status {};
  struct tm day {};
  if (::stat(file.c_str(), &status) != 0) return "";
  ::localtime_r(&status.st_mtim.tv_sec, &day);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &day);
  return text.data();
}

void run(const ReportArguments& arguments) {
  use_compute(arguments.threads, arguments.device);
  const std::optional<ModuleFile> module = load_module(arguments.run);
  Network network(load_weights(arguments.run), arguments.run, module ? &*module : nullptr);
  const RunRecord record = read_run_record(arguments.run);
  AtomicFile file(arguments.output);
  std::unique_ptr<Access> access;
  std::optional<MeasuredRun> measured;
  if (!arguments.places.empty()) {
    access = open_access(arguments.places);
    measured = measure_run(network, *access, arguments.request);
    for (const std::string& note : access->notes()) std::fprintf(stderr, "fragtrain: %s\n", note.c_str());
  }
  const std::string page = write_run_report({.title = title_of(arguments),
                                             .written = day_written(arguments.run),
                                             .card = network.card(),
                                             .record = record,
                                             .measured = measured ? &*measured : nullptr,
                                             .catalog = access ? &access->catalog() : nullptr});
  file.write(page);
  file.commit();
  std::printf("%s: %s\n", arguments.output.c_str(), format_bytes(page.size()).c_str());
}

}  // namespace

void add_report(CLI::App& program) {
  auto* command = add_learning_command(program, "report", "fragtrain report run gels.dataset -o run.html");
  const auto arguments = std::make_shared<ReportArguments>();
  command->add_option("weights", arguments->run, "Run folder or weights file (.safetensors)")->required();
  command->add_option(
      "dataset", arguments->places,
      "To measure on: dataset folder, WebDataset tars (a folder, a pattern in braces, files), "
      "or mirrors (http://HOST:PORT) in order of preference");
  command->add_option("-o,--output", arguments->output, "HTML file to write")->required();
  command->add_option("--title", arguments->title, "Title; without it the name of the run's folder");
  add_request(command, arguments->request);
  add_compute(command, arguments->threads, arguments->device);
  set_action(command, [arguments] { run(*arguments); });
}

}  // namespace frag::trainer
