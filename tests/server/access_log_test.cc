#include "server/access_log.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "libfrag/base/file.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

http::Request asked() {
  http::Request request;
  request.method = "GET";
  request.remote = "192.0.2.7";
  request.headers = {{"user-agent", "curl/7.88.1"}};
  return request;
}

}  // namespace

TEST_CASE("a line is Combined Log Format and the seconds") {
  CHECK(access_line({asked(), "/v1/dataset?a=b", "1.1", 200, 512, 0.0021, false}, 1795244400) ==
        "192.0.2.7 - - [21/Nov/2026:07:00:00 +0000] \"GET /v1/dataset?a=b HTTP/1.1\" 200 512 \"-\" "
        "\"curl/7.88.1\" 0.002\n");
}

TEST_CASE("what a client chose cannot break a line or look like another field") {
  http::Request request = asked();
  request.headers["user-agent"] = "a\" 200\n\x01\\\xff";
  const std::string line = access_line({request, "/a b\"\n", "1.1", 404, 0, 0, false}, 0);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find("\"a\\x22 200\\x0a\\x01\\x5c\\xff\"") != std::string::npos);
}

TEST_CASE("a log that was moved away is opened anew") {
  const test::TempDir dir;
  AccessLog log((dir / "log").string());
  const http::Request request = asked();
  log.write({request, "/one", "1.1", 200, 0, 0, false});
  std::filesystem::rename(dir / "log", dir / "log.1");
  log.write({request, "/two", "1.1", 200, 0, 0, false});
  log.reopen();
  log.write({request, "/three", "1.1", 200, 0, 0, false});
  CHECK(read_file(dir / "log.1").find("/two") != std::string::npos);
  CHECK(read_file(dir / "log").find("/three") != std::string::npos);
  CHECK(test::error_of([&] { AccessLog((dir / "no/log").string()); }).code() == Errc::io);
}
