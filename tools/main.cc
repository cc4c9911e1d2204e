// frag: what lab staff use, from a folder of images to a dataset and its samples.
#include <optional>

#include "libfrag/cutting/threads.h"
#include "tools/commands.h"

int main(int argc, char** argv) {
  CLI::App program("Cuts image sets into overlapping, rotated fragments and hands them out.", "frag");
  frag::prepare(program, "frag cut images/ gels.frag && frag preview gels.frag -o gels.png");
  program.require_subcommand(1);
  program.fallthrough();  // --threads may stand behind the command, too
  int threads = 0;
  std::optional<frag::ThreadLimit> limit;
  program.add_option("--threads", threads, "Threads to work with; 0: all the machine has")
      ->envname("FRAG_THREADS")
      ->check(CLI::Range(0, 1024));
  program.parse_complete_callback([&] { limit.emplace(threads); });
  frag::add_plan(program);
  frag::add_synth(program);
  frag::add_cut(program);
  frag::add_split(program);
  frag::add_check(program);
  frag::add_info(program);
  frag::add_preview(program);
  frag::add_report(program);
  frag::add_sample(program);
  frag::add_fetch(program);
  frag::add_mirror(program);
  frag::add_sign(program);
  frag::add_pack(program);
  frag::add_verify(program);
  return frag::run_program(program, argc, argv);
}
