#include "libfrag/http/client.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/http/server.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::http;
using frag::test::error_of;

TEST_CASE("no server is unavailable, and the address is named") {
  std::string url;
  {
    const Server gone({}, [](Request&) { return Response::text("x"); });
    url = gone.url();
  }
  const Error error = error_of([&] { Client().get(url + "/x"); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string(error.what()).find(url) != std::string::npos);
}

TEST_CASE("a refusal carries the server's own words") {
  Answer answer;
  answer.status = 409;
  answer.body = R"({"detail":"another dataset"})";
  const Error error = error_of([&] { answer.expect_ok("sample"); });
  CHECK(error.code() == Errc::refused);
  CHECK(std::string(error.what()) == "sample: HTTP 409: another dataset");
}

TEST_CASE("statuses map to what the caller can do about them") {
  for (const auto& [status, code] : {std::pair(404, Errc::not_found),
                                     {401, Errc::refused},
                                     {422, Errc::bad_input},
                                     {503, Errc::unavailable},
                                     {500, Errc::unavailable}}) {
    Answer answer;
    answer.status = status;
    CHECK(error_of([&] { answer.expect_ok("x"); }).code() == code);
  }
}

TEST_CASE("a server that says nothing is given up on after the stall time") {
  const Server server({}, [](Request&) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    return Response::text("late");
  });
  ClientOptions options;
  options.stall_timeout = std::chrono::seconds(1);
  CHECK(error_of([&] { Client(options).get(server.url()); }).code() == Errc::unavailable);
}

TEST_CASE("queries are encoded, empty values left out") {
  CHECK(make_query({{"a", "1 &"}, {"b", ""}, {"c", "x"}}) == "?a=1%20%26&c=x");
  CHECK(make_query({}).empty());
}

TEST_CASE("a base address is http and carries no slash at its end") {
  CHECK(normalise_base_url("http://h:1//") == "http://h:1");
  CHECK(error_of([] { normalise_base_url("h:1"); }).code() == Errc::usage);
}
