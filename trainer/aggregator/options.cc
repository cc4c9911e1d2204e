#include "trainer/aggregator/options.h"

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/cli/config.h"

namespace frag::aggregator {

void add_options(CLI::App& program, Options& options) {
  program
      .add_option("--state", options.state, "Directory that keeps jobs, weights and results; made if missing")
      ->type_name("DIR");
  program.add_option("--config", options.config, "TOML file with these names as keys; flags win over it")
      ->type_name("FILE");
  program.add_option("--host", options.host, "Address to listen on; other than loopback needs a token")
      ->capture_default_str();
  program.add_option("--port", options.port, "Port; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  auto* token =
      program.add_option("--token", options.token,
                         "A token that may do everything, beside those of fragagg token (others see it "
                         "in the process list)");
  program.add_option("--token-file", options.token_file, "The same, from a file")
      ->type_name("FILE")
      ->excludes(token);
  program
      .add_option("--threads", options.threads, "Connections served at once; each waiting worker takes one")
      ->check(CLI::Range(4, 4096))
      ->capture_default_str();
  program
      .add_option("--connections-per-address", options.connections_per_address,
                  "Connections at a time of one address, 0 for no cap")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  program.add_option("--uploads", options.uploads, "Results and weights taken in at once; others get 503")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  program
      .add_option(
          "--rate", options.rate,
          "Requests a second of one token or address before it gets 429, 0 for no limit; loopback has none")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  program
      .add_option(
          "--min-free", options.min_free_mib,
          "MiB of the disk that stay free: below, no task and no upload; 0 for twice the newest weights and "
          "64 MiB")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40))
      ->capture_default_str();
  program.add_option("--trust-proxy", options.trust_proxy, "Address of a proxy whose X-Forwarded-For counts")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
}

Options merged_options(const Options& given, int argc, char** argv) {
  Options options = given;
  if (!given.config.empty()) {
    options = {};
    read_config(given.config, "fragagg", [&options](CLI::App& program) { add_options(program, options); });
    CLI::App over("", "fragagg");
    add_options(over, options);
    over.parse(argc, argv);
  }
  if (options.state.empty())
    throw Error(Errc::usage, "no state directory: fragagg --state DIR, or state = \"DIR\" in --config FILE");
  return options;
}

std::string join_token(const Options& options) {
  if (options.token_file.empty()) return options.token;
  const std::string text = read_file(options.token_file, 4096);
  std::string token(trimmed(text));
  if (token.empty()) throw Error(Errc::usage, options.token_file + ": the token is empty");
  return token;
}

}  // namespace frag::aggregator
