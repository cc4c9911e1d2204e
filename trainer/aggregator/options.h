// What fragagg is started with: flags, or a TOML file with the same names.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace frag::aggregator {

struct Options {
  std::string state;
  std::string config;  // the TOML file; empty: none
  std::string host = "127.0.0.1";
  int port = 8090;  // 0: a free one
  std::string token;
  std::string token_file;
  int threads = 512;
  int connections_per_address = 0;  // 0: no cap
  int uploads = 32;
  int rate = 100;                  // requests a second of one client; 0: no limit
  std::uint64_t min_free_mib = 0;  // 0: twice the newest weights and 64 MiB
  std::vector<std::string> trust_proxy;
};

// Adds every flag to `program`, each writing into `options`.
void add_options(CLI::App& program, Options& options);

// The options of a command line that was parsed into `given`: those of its --config, with its own flags over
// them. Errc::usage where no state directory is named; errors of read_config().
Options merged_options(const Options& given, int argc, char** argv);

// The token of --token or --token-file, "" for none. Errc::usage where the file holds none.
std::string join_token(const Options& options);

}  // namespace frag::aggregator
