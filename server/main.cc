// fragd: serves a dataset to whoever trains.
#include <iostream>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/cli/program.h"
#include "libfrag/http/server.h"
#include "server/mirror.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  http::ServerOptions server;
  std::size_t cache_mib = FragmentRenderer::kDefaultCacheBytes >> 20;
};

void run(const Options& options) {
  const DatasetFolder folder(options.dataset);
  if (!folder.catalog().in_place().empty()) {
    throw Error(Errc::usage, options.dataset + ": its sources are in place in " +
                                 folder.catalog().in_place() +
                                 ", so no mirror can hand them out; cut it without --in-place");
  }
  const Mirror mirror(folder, options.cache_mib << 20);
  const http::Server server(options.server,
                            [&mirror](http::Request& request) { return mirror.handle(request); });
  std::cout << "fragd: listening on " << server.url() << std::endl;
  while (!wait_for_stop(std::chrono::hours(1))) {
  }
}

}  // namespace
}  // namespace frag

int main(int argc, char** argv) {
  frag::Options options;
  options.server.port = 8080;
  CLI::App program("Serves a dataset over HTTP: samples, fragments and the files themselves.", "fragd");
  frag::prepare(program, "fragd gels.frag --port 8080 & curl http://127.0.0.1:8080/v1/dataset");
  program.add_option("dataset", options.dataset, "A dataset folder")->required();
  program.add_option("--host", options.server.host, "Address to listen on");
  program.add_option("--port", options.server.port, "Port to listen on, 0 for a free one")
      ->check(CLI::Range(0, 65535));
  program.add_option("--threads", options.server.threads, "Connections served at once")
      ->check(CLI::Range(1, 4096));
  program.add_option("--cache", options.cache_mib, "Decoded sources kept in memory, in MiB");
  program.callback([&options] { frag::run(options); });
  return frag::run_program(program, argc, argv);
}
