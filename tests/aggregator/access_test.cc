#include "trainer/aggregator/access.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "tests/aggregator/refusals.h"
#include "tests/rounds/weights.h"

namespace frag::aggregator {

using rounds::testing::TempDir;
using testing::errc_of;
using testing::http_status;

namespace {

http::Request showing(const std::string& token) {
  http::Request request;
  request.remote = "192.0.2.1";
  if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
  return request;
}

}  // namespace

TEST_CASE("tokens are kept as digests, under names that are taken once") {
  const TempDir dir;
  const auto file = dir / "state/tokens.json";
  CHECK_FALSE(read_tokens(file));
  const std::string token = add_token(file, "bench-3", kWorker | kSubmit);
  CHECK(read_file(file).find(token) == std::string::npos);
  const auto tokens = read_tokens(file).value();
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].sha256 == sha256_hex(token));
  CHECK(roles_text(tokens[0].roles) == "worker,submit");
  CHECK(tokens_from_json(to_json(tokens), "again") == tokens);
  CHECK(errc_of([&] { add_token(file, "bench-3", kRead); }) == Errc::refused);
  for (const char* name : {"", "a.b", "a b", "\xc3\xa4", "../a"})
    CHECK(errc_of([&] { add_token(file, name, kRead); }) == Errc::usage);
  revoke_token(file, "bench-3");
  CHECK(read_tokens(file).value().empty());
  CHECK(errc_of([&] { revoke_token(file, "bench-3"); }) == Errc::not_found);
}

TEST_CASE("of many who add a token at once, none is lost") {
  const TempDir dir;
  const auto file = dir / "tokens.json";
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] { add_token(file, "w" + std::to_string(i), kWorker); });
  for (std::thread& thread : threads) thread.join();
  CHECK(read_tokens(file).value().size() == 8);
}

TEST_CASE("a file of tokens that is wrong says where") {
  const std::string digest(64, 'a');
  const auto token = [&](Json roles, const std::string& name = "a") {
    return Json{{"name", name}, {"roles", std::move(roles)}, {"sha256", digest}, {"added", ""}};
  };
  CHECK(tokens_from_json({{"tokens", {token({"read"})}}}, "t").size() == 1);
  for (const Json& wrong :
       {Json::array(), Json{{"tokens", 3}}, Json{{"tokens", {3}}}, Json{{"tokens", {token({"king"})}}},
        Json{{"tokens", {token("read")}}}, Json{{"tokens", {token({"read"}, "a b")}}},
        Json{{"tokens", {token({"read"}), token({"read"})}}}, Json{{"tokens", Json::array()}, {"more", 1}}})
    CHECK(errc_of([&] { tokens_from_json(wrong, "t"); }) == Errc::bad_input);
}

TEST_CASE("without tokens anybody may do anything, and a session is the coordinator's token") {
  const TempDir dir;
  Access access("", dir / "tokens.json");
  CHECK(access.open());
  access.require(showing(""), kSubmit);
  CHECK(access.session(showing(""), "abc") == "abc");
  CHECK(access.worker_token(showing("abc")) == "abc");
}

TEST_CASE("a token is good for its roles and for reading, from when it is added") {
  const TempDir dir;
  Access access("", dir / "tokens.json");
  const std::string worker = add_token(dir / "tokens.json", "w", kWorker);
  CHECK_FALSE(access.open());
  CHECK(http_status([&] { access.require(showing(""), kAnyRole); }) == 401);
  CHECK(http_status([&] { access.require(showing("wrong"), kAnyRole); }) == 401);
  CHECK(http_status([&] { access.require(showing(worker), kWorker | kEvaluate); }) == 200);
  CHECK(http_status([&] { access.require(showing(worker), kAnyRole); }) == 200);
  CHECK(http_status([&] { access.require(showing(worker), kSubmit); }) == 403);
  CHECK(access.may_read(showing(worker)));
  CHECK_FALSE(access.may_read(showing("")));
}

TEST_CASE("a session ends with the token that it was got with, and cannot be made of another's") {
  const TempDir dir;
  const auto file = dir / "tokens.json";
  Access access("sesame", file);
  const std::string one = add_token(file, "one", kWorker), two = add_token(file, "two", kEvaluate);
  const std::string session = access.session(showing(one), "abc");
  CHECK(access.worker_token(showing(session), kWorker) == "abc");
  CHECK(http_status([&] { access.worker_token(showing(session), kEvaluate); }) == 403);
  CHECK(http_status([&] { access.worker_token(showing("abc")); }) == 401);
  CHECK(http_status([&] { access.worker_token(showing("abd" + session.substr(3))); }) == 401);
  CHECK(http_status([&] { access.worker_token(showing("abc.two" + session.substr(7))); }) == 401);
  CHECK(http_status([&] { access.worker_token(showing(one)); }) == 401);
  const std::string joined = access.session(showing("sesame"), "def");
  revoke_token(file, "one");
  CHECK(http_status([&] { access.worker_token(showing(session)); }) == 401);
  add_token(file, "one", kWorker);
  CHECK(http_status([&] { access.worker_token(showing(session)); }) == 401);
  CHECK(access.worker_token(showing(joined)) == "def");
}

TEST_CASE("a file of tokens that is gone or broken opens nothing") {
  const TempDir dir;
  const auto file = dir / "tokens.json";
  const std::string token = add_token(file, "one", kWorker);
  Access access("", file);
  write_file_atomic(file, "{");
  CHECK(http_status([&] { access.require(showing(token), kWorker); }) == 200);
  std::filesystem::remove(file);
  CHECK_FALSE(access.open());
  CHECK(http_status([&] { access.require(showing(token), kWorker); }) == 401);
}

TEST_CASE("a file of tokens that could not be opened for a moment is read at the next call") {
  const TempDir dir;
  const auto file = dir / "tokens.json";
  const std::string token = add_token(file, "one", kWorker);
  Access access("", file);
  revoke_token(file, "one");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const int while_full = http_status([&] { access.require(showing(token), kWorker); });
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(while_full == 200);
  CHECK(http_status([&] { access.require(showing(token), kWorker); }) == 401);
}

TEST_CASE("requests are counted for the token that holds, else for the address") {
  const TempDir dir;
  const auto file = dir / "tokens.json";
  Access access("", file);
  CHECK(access.client_of(showing("abc")) == "192.0.2.1");
  const std::string token = add_token(file, "one", kWorker);
  CHECK(access.client_of(showing("wrong")) == "192.0.2.1");
  CHECK(access.client_of(showing("a.b.c")) == "192.0.2.1");
  const std::string session = access.session(showing(token), "abc");
  CHECK(access.client_of(showing(session)) != "192.0.2.1");
  CHECK(access.client_of(showing(session)) != access.client_of(showing(token)));
}

}  // namespace frag::aggregator
