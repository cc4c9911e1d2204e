// fragtrain-learn: the commands of fragtrain that compute. main.cc starts it, and its user knows one program.
#include <c10/util/Exception.h>

#include <cstdio>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "trainer/commands.h"
#include "trainer/compute.h"
#include "trainer/learning_commands.h"

namespace frag::trainer {
namespace {

char** g_arguments = nullptr;

// A word as a shell reads it back.
std::string quoted(const std::string& word) {
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,%+@";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string command_as_typed() {
  std::vector<std::string> words;
  for (char** word = g_arguments; *word != nullptr; ++word) words.push_back(quoted(*word));
  return join(words, " ");
}

std::string command_to_resume() {
  std::string line;
  for (char** word = g_arguments; *word != nullptr; ++word) {
    const std::string text = *word;
    if (text != "--force" && text != "--resume") line += quoted(text) + " ";
  }
  return line + "--resume";
}

void use_compute(int threads, const std::string& device) {
  keep_freed_memory();
  set_compute_threads(threads);
  set_compute_device(device);
}

void set_action(CLI::App* command, std::function<void()> action) {
  command->callback([action = std::move(action)] {
    try {
      action();
    } catch (const c10::Error& error) {
      throw Error(Errc::internal, std::string("LibTorch: ") + error.what_without_backtrace());
    }
  });
}

CLI::App* add_learning_command(CLI::App& program, const std::string& name, const std::string& example) {
  return add_command(program, name, find_learning_command(name)->summary, example);
}

void add_compute(CLI::App* command, int& threads, std::string& device) {
  command->add_option("--threads", threads, "Threads to compute with; 0: all the machine has")
      ->check(CLI::Range(0, 1024));
  command->add_option("--device", device,
                      "What to compute on: cpu, cuda, cuda:1, or auto: a GPU where LibTorch has one");
}

void add_sources(CLI::App* command, TaskSources& sources) {
  auto* data = command->add_option(
      "--data", sources.data,
      "A dataset of your own (a folder, or WebDataset tars) to train on instead of mirrors. Its images stay "
      "here; what leaves: changes of weights, a network's buffers (as batch norm's statistics), how many "
      "fragments and steps, seconds, loss, accuracy, and the worker's name");
  command
      ->add_option(
          "--mirror", sources.mirrors,
          "Mirror (http://HOST:PORT), or a folder with a copy of the dataset, asked before the job's "
          "own; may be given repeatedly")
      ->allow_extra_args(false)
      ->excludes(data);
  command
      ->add_option("--module", sources.modules,
                   "TorchScript file (.pt) that may be run here, where a job names it by its SHA-256; may be "
                   "given repeatedly")
      ->allow_extra_args(false);
}

}  // namespace frag::trainer

int main(int argc, char** argv) {
  frag::trainer::g_arguments = argv;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what follows a job must not wait in a pipe
  CLI::App program("What fragtrain computes.", "fragtrain");
  frag::prepare(program, "fragtrain fit gels.dataset --epochs 10 -o run");
  program.require_subcommand(1);
  frag::trainer::add_fit(program);
  frag::trainer::add_sweep(program);
  frag::trainer::add_eval(program);
  frag::trainer::add_export(program);
  frag::trainer::add_predict(program);
  frag::trainer::add_report(program);
  frag::trainer::add_worker(program);
  frag::trainer::add_task(program);
  frag::trainer::add_simulate(program);
  frag::trainer::add_submit(program);
  frag::trainer::add_models(program);
  return frag::run_program(program, argc, argv);
}
