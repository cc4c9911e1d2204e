// The subcommands of frag, a file each. Every function adds one to the program.
#pragma once

#include "libfrag/cli/program.h"

namespace frag {

void add_plan(CLI::App& program);
void add_synth(CLI::App& program);
void add_cut(CLI::App& program);
void add_split(CLI::App& program);
void add_check(CLI::App& program);
void add_info(CLI::App& program);
void add_preview(CLI::App& program);
void add_report(CLI::App& program);
void add_sample(CLI::App& program);
void add_fetch(CLI::App& program);
void add_mirror(CLI::App& program);
void add_sign(CLI::App& program);
void add_pack(CLI::App& program);
void add_verify(CLI::App& program);

}  // namespace frag
