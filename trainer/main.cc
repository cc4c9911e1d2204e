// fragtrain: trains, evaluates, and takes part in rounds. It asks aggregators itself, and starts
// fragtrain-learn for what computes.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "libfrag/base/error.h"
#include "trainer/commands.h"
#include "trainer/learning_commands.h"

namespace frag::trainer {
namespace {

// Where it lies beside this program, as built and as installed.
std::filesystem::path learning_program() {
  std::error_code unknown;  // without /proc it is looked for below the working directory, and named
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path() / FRAG_LEARN_PATH;
}

// OpenMP's threads spin while they wait, and on a machine with other work to do that costs more than it
// gives: training was up to six times slower. The policy is read when the library is loaded.
void make_openmp_wait_quietly() {
  if (std::getenv("GOMP_SPINCOUNT") == nullptr) ::setenv("OMP_WAIT_POLICY", "passive", 0);
}

// In this process, with its arguments; returns an exit status only where that fails.
int become_learning_program(char** argv) {
  make_openmp_wait_quietly();
  const std::string program = learning_program().lexically_normal();
  ::execv(program.c_str(), argv);
  std::fprintf(stderr, "fragtrain: cannot start %s: %s; it belongs to fragtrain, so install both again\n",
               program.c_str(), std::strerror(errno));
  return exit_status(Errc::io);
}

}  // namespace
}  // namespace frag::trainer

int main(int argc, char** argv) {
  using namespace frag::trainer;
  if (argc > 1 && find_learning_command(argv[1]) != nullptr) return become_learning_program(argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what follows a job must not wait in a pipe
  CLI::App program("Trains classifiers on fragments, alone or in rounds with others.", "fragtrain");
  frag::prepare(program, "fragtrain fit gels.dataset --epochs 10 -o run && fragtrain eval run gels.dataset");
  program.require_subcommand(1);
  for (const LearningCommand& command : kLearningCommands)
    program.add_subcommand(command.name, command.summary);
  add_control(program);
  add_status(program);
  return frag::run_program(program, argc, argv);
}
