// The options of every command that talks to mirrors.
#pragma once

#include <string>
#include <vector>

#include "libfrag/cli/program.h"
#include "libfrag/fetching/mirrors.h"

namespace frag {

struct MirrorPlaces {
  std::vector<std::string> urls;
  std::string dataset;
  std::string trust;
  std::string token_file;
  unsigned stall_seconds = 15;

  // Errors as reading the token's file.
  MirrorsOptions options() const;
};

// Adds the addresses, --dataset, --trust, --token and --stall. `places` outlives the command.
void add_mirror_options(CLI::App& command, MirrorPlaces& places);

}  // namespace frag
