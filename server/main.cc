// fragd: serves datasets to whoever trains.
#include <sys/resource.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/cli/program.h"
#include "libfrag/http/server.h"
#include "server/access_log.h"
#include "server/front.h"
#include "server/hangup.h"
#include "server/mirror.h"
#include "server/options.h"
#include "server/tokens.h"
#include "server/warmer.h"

namespace frag {
namespace {

using std::chrono::milliseconds;

constexpr const char* kExamples =
    "fragd gels.frag --port 8080 & curl http://127.0.0.1:8080/v1/dataset\n"
    "  fragd gels.frag smears.frag --host 0.0.0.0 --port 8080 --cache 8192   two datasets, 8 GiB of pixels\n"
    "  fragd gels.frag --renders 4 --queue 64            4 renders at a time, 64 requests that wait\n"
    "  fragd gels.frag --connections 512 --connections-per-address 16\n"
    "  fragd gels.frag --tokens tokens.txt --access-log access.log   kill -HUP reads and opens them again\n"
    "  fragd gels.frag --trust-proxy 127.0.0.1 --drain 60            behind nginx\n"
    "  fragd --config fragd.toml --port 0                datasets = [\"gels.frag\"], and any flag as a key";

using Folders = std::vector<std::unique_ptr<const DatasetFolder>>;

Folders open_folders(const std::vector<std::string>& paths) {
  Folders folders;
  for (const std::string& path : paths) {
    folders.push_back(std::make_unique<const DatasetFolder>(path));
    const Catalog& catalog = folders.back()->catalog();
    if (catalog.in_place().empty()) continue;
    throw Error(Errc::usage, path + ": its sources are in place in " + catalog.in_place() +
                                 ", so no mirror can hand them out; cut it without --in-place");
  }
  return folders;
}

MirrorOptions mirror_options(const FragdOptions& options) {
  return {options.cache_mib << 20, options.renders, options.queue};
}

FrontOptions front_options(const FragdOptions& options, const Tokens* tokens) {
  return {{options.trust_proxy.begin(), options.trust_proxy.end()},
          options.connections_per_address,
          options.connections,
          tokens};
}

http::ServerOptions server_options(const FragdOptions& options, Front& front, AccessLog* log) {
  http::ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.limits.all = options.connections;
  server.limits.per_address = options.connections_per_address;
  server.limits.unlimited = options.trust_proxy;
  server.done = [&front, log](const http::Exchange& exchange) {
    front.counts().add(exchange);
    if (log != nullptr) log->write(exchange);
  };
  return server;
}

// What goes wrong with one of them is said; it stays as it was, and the other is read all the same.
void on_hangup(Tokens* tokens, AccessLog* log) {
  const auto attempt = [](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      std::cerr << "fragd: after SIGHUP: " << error.what() << "; going on as before" << std::endl;
    }
  };
  if (tokens != nullptr) attempt([&] { tokens->reload(); });
  if (log != nullptr) attempt([&] { log->reopen(); });
}

// Returns when nothing is under way any more, or after the limit.
void drain(const http::Server& server, int seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (server.connections().busy > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(milliseconds(20));
}

// A connection and a shard take a file each; the soft limit may be lower than what is allowed.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void run(const FragdOptions& options) {
  install_hangup_handler();
  raise_file_limit();
  const Folders folders = open_folders(options.datasets);
  std::vector<const DatasetFolder*> served;
  for (const auto& folder : folders) served.push_back(folder.get());
  std::optional<Tokens> tokens;
  if (!options.tokens.empty()) tokens.emplace(options.tokens);
  std::optional<AccessLog> log;
  if (!options.access_log.empty()) log.emplace(options.access_log);
  Tokens* const who = tokens ? &*tokens : nullptr;
  AccessLog* const lines = log ? &*log : nullptr;

  const Mirror mirror(served, mirror_options(options));
  const Warmer warmer(mirror);
  Front front(mirror, warmer, front_options(options, who));
  const http::Server server(server_options(options, front, lines),
                            [&front](http::Request& request) { return front.handle(request); });
  front.watch([&server] { return server.connections(); });
  std::cout << "fragd: listening on " << server.url() << std::endl;
  while (!wait_for_stop(milliseconds(200))) {
    if (take_hangup()) on_hangup(who, lines);
  }
  front.drain();
  drain(server, options.drain_seconds);
}

}  // namespace
}  // namespace frag

int main(int argc, char** argv) {
  frag::FragdOptions options;
  CLI::App program("Serves datasets over HTTP: samples, fragments and the files themselves.", "fragd");
  frag::prepare(program, frag::kExamples);
  frag::add_options(program, options);
  program.callback([&] { frag::run(frag::merged_options(options, argc, argv)); });
  return frag::run_program(program, argc, argv);
}
