// A real mirror over a dataset, for tests of those who talk to mirrors.
#pragma once

#include <filesystem>
#include <string>

#include "libfrag/dataset/folder.h"
#include "libfrag/http/server.h"
#include "server/mirror.h"

namespace frag::test {

class TestMirror {
 public:
  explicit TestMirror(const std::filesystem::path& dataset)
      : folder_(dataset),
        mirror_(folder_, 1 << 24),
        server_({}, [this](http::Request& request) { return mirror_.handle(request); }) {}

  std::string url() const { return server_.url(); }
  int port() const { return server_.port(); }

 private:
  DatasetFolder folder_;
  Mirror mirror_;
  http::Server server_;
};

}  // namespace frag::test
