#include "server/options.h"

#include "libfrag/base/error.h"
#include "libfrag/cli/config.h"

namespace frag {

void add_options(CLI::App& program, FragdOptions& options) {
  program.add_option("datasets", options.datasets, "Dataset folders")->type_name("DATASET");
  program.add_option("--config", options.config, "TOML file with these names as keys; flags win over it")
      ->type_name("FILE");
  program.add_option("--host", options.host, "Address to listen on; 0.0.0.0 for all");
  program.add_option("--port", options.port, "Port to listen on, 0 for a free one")
      ->check(CLI::Range(0, 65535));
  program.add_option("--cache", options.cache_mib, "Decoded sources kept in memory, in MiB")
      ->check(CLI::Range(1, 1 << 24));
  program.add_option("--renders", options.renders, "Renders at a time, 0 for as many as cores")
      ->check(CLI::Range(0, 4096));
  program.add_option("--queue", options.queue, "Requests that wait for a render before others get 503")
      ->check(CLI::Range(0, 100000));
  program.add_option("--connections", options.connections, "Connections at a time")
      ->check(CLI::Range(1, 4096));
  program
      .add_option("--connections-per-address", options.connections_per_address,
                  "Connections at a time of one address, 0 for no cap")
      ->check(CLI::Range(0, 4096));
  program.add_option("--drain", options.drain_seconds, "Seconds that streams may still take after SIGTERM")
      ->check(CLI::Range(0, 86400));
  program.add_option("--tokens", options.tokens, "File with a bearer token a line; SIGHUP reads it again")
      ->type_name("FILE");
  program.add_option("--access-log", options.access_log, "File for the access log, - for standard output")
      ->type_name("FILE");
  program.add_option("--trust-proxy", options.trust_proxy, "Address of a proxy whose X-Forwarded-For counts")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
}

FragdOptions read_config(const std::string& file) {
  FragdOptions options;
  read_config(file, "fragd", [&options](CLI::App& program) { add_options(program, options); });
  return options;
}

FragdOptions merged_options(const FragdOptions& given, int argc, char** argv) {
  FragdOptions options = given;
  if (!given.config.empty()) {
    options = read_config(given.config);
    CLI::App over("", "fragd");
    add_options(over, options);
    over.parse(argc, argv);
  }
  if (options.datasets.empty())
    throw Error(Errc::usage, "no dataset to serve: fragd DATASET..., or datasets = [...] in --config FILE");
  return options;
}

}  // namespace frag
