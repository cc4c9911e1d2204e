// fragagg: the aggregator of quorum rounds.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/cli/program.h"
#include "libfrag/http/server.h"
#include "trainer/aggregator/command_replay.h"
#include "trainer/aggregator/command_token.h"
#include "trainer/aggregator/file_limit.h"
#include "trainer/aggregator/options.h"
#include "trainer/aggregator/service.h"
#include "trainer/aggregator/token_file.h"

namespace frag::aggregator {
namespace {

constexpr const char* kExamples =
    "fragagg --state rounds --port 8090\n"
    "  fragtrain submit JOB.toml --aggregator http://127.0.0.1:8090\n"
    "  fragtrain worker --aggregator http://127.0.0.1:8090\n"
    "  fragagg token add bench-3 --state rounds          who may ask; see fragagg token --help\n"
    "  fragagg replay --state rounds                     makes a job's weights again from its results\n"
    "  fragagg --config fragagg.toml --port 0            state = \"rounds\", and any flag as a key\n"
    "\n"
    "All state is in the state directory: started again on it, fragagg goes on where it was, even after kill "
    "-9.\n"
    "It speaks plain HTTP; off loopback put a TLS proxy in front (docs/aggregator.md).";

// Off loopback everybody could train, and end, somebody else's job.
void require_tokens(const Options& options) {
  if (http::is_loopback(options.host) || !join_token(options).empty()) return;
  const auto tokens = read_tokens(token_file_in(options.state));
  if (tokens && !tokens->empty()) return;
  throw Error(Errc::usage, "listening on " + options.host +
                               " lets other machines in: add a token (fragagg token add NAME --state " +
                               options.state + "), give --token-file FILE, or stay on 127.0.0.1");
}

ServiceOptions service_options(const Options& options) {
  ServiceOptions service;
  service.state = options.state;
  service.join_token = join_token(options);
  service.incoming.uploads = options.uploads;
  service.min_free = options.min_free_mib << 20;
  service.rate = options.rate;
  service.trusted = {options.trust_proxy.begin(), options.trust_proxy.end()};
  return service;
}

http::ServerOptions server_options(const Options& options) {
  http::ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.limits.all = options.threads;
  server.limits.per_address = options.connections_per_address;
  server.limits.unlimited = options.trust_proxy;
  return server;
}

void serve(const Options& options) {
  require_tokens(options);
  raise_file_limit();
  Service service(service_options(options));
  http::ServerOptions listen = server_options(options);
  listen.done = [&service](const http::Exchange& exchange) { service.counts().add(exchange); };
  const http::Server server(listen, [&](http::Request& request) { return service.handle(request); });
  std::printf("fragagg: listening on %s\n", server.url().c_str());
  std::fflush(stdout);
  while (!wait_for_stop(std::chrono::hours(1))) {
  }
  service.stop();  // first, so that the server need not wait for those in a long poll
}

int run(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "token") return run_token_command(argc - 1, argv + 1);
  if (argc > 1 && std::string_view(argv[1]) == "replay") return run_replay_command(argc - 1, argv + 1);
  CLI::App program(
      "The aggregator of quorum rounds: hands out parts, takes results, averages them once a quorum is in.",
      "fragagg");
  Options options;
  prepare(program, kExamples);
  add_options(program, options);
  program.callback([&] { serve(merged_options(options, argc, argv)); });
  return run_program(program, argc, argv);
}

}  // namespace
}  // namespace frag::aggregator

int main(int argc, char** argv) {
  return frag::aggregator::run(argc, argv);
}
