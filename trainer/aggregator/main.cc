// fragagg: the aggregator of quorum rounds.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"
#include "libfrag/http/server.h"
#include "trainer/aggregator/service.h"

namespace frag::aggregator {
namespace {

constexpr const char* kFooter =
    "Example:\n"
    "  fragagg --state rounds --port 8090\n"
    "  fragtrain submit JOB.toml --aggregator http://127.0.0.1:8090\n"
    "  fragtrain worker --aggregator http://127.0.0.1:8090\n"
    "\n"
    "All state is in the state directory: started again on it, fragagg goes on where it was, even after kill "
    "-9.\n"
    "It speaks plain HTTP; off loopback put a TLS proxy in front (docs/rounds.md).\n"
    "Exit statuses: docs/errors.md.";

struct Arguments {
  std::string state;
  std::string host = "127.0.0.1";
  int port = 8090;
  std::string token;
  std::string token_file;
  int threads = 512;
};

void add_options(CLI::App& app, Arguments& arguments) {
  app.footer(kFooter);
  app.set_version_flag("--version", "fragagg " FRAG_VERSION);
  app.add_option("--state", arguments.state,
                 "Directory that keeps jobs, weights and results; made if missing")
      ->required();
  app.add_option("--host", arguments.host, "Address to listen on; other than loopback needs a token")
      ->capture_default_str();
  app.add_option("--port", arguments.port, "Port; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  auto* token =
      app.add_option("--token", arguments.token,
                     "What workers, submitters and readers must show (others see it in the process list)");
  app.add_option("--token-file", arguments.token_file, "The same, from a file")->excludes(token);
  app.add_option("--threads", arguments.threads, "Connections served at once; each waiting worker takes one")
      ->check(CLI::Range(4, 4096))
      ->capture_default_str();
}

std::string join_token(const Arguments& arguments) {
  std::string token = arguments.token;
  if (!arguments.token_file.empty()) {
    token = read_file(arguments.token_file, 4096);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
      token.pop_back();
    if (token.empty()) throw Error(Errc::usage, arguments.token_file + ": the token is empty");
  }
  if (token.empty() && !http::is_loopback(arguments.host)) {
    throw Error(Errc::usage, "listening on " + arguments.host +
                                 " lets other machines in: give --token-file FILE (or "
                                 "--token), or stay on 127.0.0.1");
  }
  return token;
}

// A thousand parts are a thousand open files while they are averaged, beside the connections.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void serve(const Arguments& arguments) {
  ServiceOptions options;
  options.state = arguments.state;
  options.join_token = join_token(arguments);
  raise_file_limit();
  install_stop_handler();
  Service service(options);
  http::ServerOptions listen;
  listen.host = arguments.host;
  listen.port = arguments.port;
  listen.threads = arguments.threads;
  listen.done = [&service](const http::Exchange& exchange) { service.counts().add(exchange); };
  const http::Server server(listen, [&](http::Request& request) { return service.handle(request); });
  std::printf("fragagg: listening on %s\n", server.url().c_str());
  std::fflush(stdout);
  while (!wait_for_stop(std::chrono::hours(1))) {
  }
  service.stop();  // first, so that the server need not wait for those in a long poll
}

int run(int argc, char** argv) {
  CLI::App app(
      "The aggregator of quorum rounds: hands out parts, takes results, averages them once a quorum is in.",
      "fragagg");
  Arguments arguments;
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_status(Errc::usage);
  }
  try {
    serve(arguments);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "fragagg: %s\n", error.what());
    return exit_status(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fragagg: %s\n", error.what());
    return exit_status(Errc::internal);
  }
}

}  // namespace
}  // namespace frag::aggregator

int main(int argc, char** argv) {
  return frag::aggregator::run(argc, argv);
}
