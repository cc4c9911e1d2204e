#include "libfrag/http/router.h"

#include <catch2/catch.hpp>

using namespace frag;
using namespace frag::http;

namespace {

Response ask(const Router& router, const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return router.handle(request);
}

Router make_router() {
  Router router;
  router.add("GET", "/v1/fragments/{id}.png",
             [](Request& r) { return Response::text("png " + r.captures["id"]); });
  router.add("GET", "/v1/tasks/{task}/result",
             [](Request& r) { return Response::text("task " + r.captures["task"]); });
  router.add("GET", "/files/{path...}",
             [](Request& r) { return Response::text("file " + r.captures["path"]); });
  router.add("POST", "/v1/tasks", [](Request&) { return Response::text("posted"); });
  router.add("GET", "/fails", [](Request&) -> Response { throw Error(Errc::not_found, "no such thing"); });
  return router;
}

}  // namespace

TEST_CASE("captures take a segment, up to the literal behind them, or the rest") {
  const Router router = make_router();
  CHECK(ask(router, "GET", "/v1/fragments/17.png").body == "png 17");
  CHECK(ask(router, "GET", "/v1/fragments/1.7.png").body == "png 1.7");
  CHECK(ask(router, "GET", "/v1/tasks/abc/result").body == "task abc");
  CHECK(ask(router, "GET", "/files/store/00000.tar").body == "file store/00000.tar");
}

TEST_CASE("what does not match is 404, as problem+json") {
  const Router router = make_router();
  for (const char* path : {"/", "/v1/fragments/.png", "/v1/fragments/17.jpg", "/v1/fragments/a/b.png",
                           "/files/", "/v1/tasks/a/b/result"}) {
    INFO(path);
    const Response response = ask(router, "GET", path);
    CHECK(response.status == 404);
    CHECK(response.headers.front().second == "application/problem+json");
  }
}

TEST_CASE("a known path with another method is 405 and says which are allowed") {
  const Response response = ask(make_router(), "GET", "/v1/tasks");
  CHECK(response.status == 405);
  CHECK(response.headers.back() == std::pair<std::string, std::string>("Allow", "POST"));
}

TEST_CASE("HEAD goes to the GET handler") {
  CHECK(ask(make_router(), "HEAD", "/files/x").status == 200);
}

TEST_CASE("what a handler throws becomes its status") {
  const Response response = ask(make_router(), "GET", "/fails");
  CHECK(response.status == 404);
  CHECK(Json::parse(response.body)["detail"] == "no such thing");
}
