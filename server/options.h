// What fragd is started with: flags, or a TOML file with the same names.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "libfrag/dataset/source_cache.h"

namespace frag {

struct FragdOptions {
  std::vector<std::string> datasets;
  std::string config;  // the TOML file; empty: none
  std::string host = "127.0.0.1";
  int port = 8080;  // 0: a free one
  std::size_t cache_mib = SourceCache::kDefaultBytes >> 20;
  int renders = 0;  // 0: as many as cores
  std::size_t queue = 64;
  int connections = 256;
  int connections_per_address = 64;
  int drain_seconds = 30;
  std::string tokens;      // a file; empty: everybody may ask
  std::string access_log;  // a file, "-" or empty
  std::vector<std::string> trust_proxy;
};

// Adds every flag to `program`, each writing into `options`.
void add_options(CLI::App& program, FragdOptions& options);

// Reads the TOML file: each key is a flag's name, with "datasets" for the folders. Errc::bad_input that names
// file, line and key where one is unknown, of another type, or out of its range; Errc::not_found.
FragdOptions read_config(const std::string& file);

// The options of a command line that was parsed into `given`: those of its --config, with its own flags over
// them. Errc::usage where no dataset is named.
FragdOptions merged_options(const FragdOptions& given, int argc, char** argv);

}  // namespace frag
