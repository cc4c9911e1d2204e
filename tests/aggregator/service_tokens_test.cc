// Who may do what, over real HTTP on loopback.
#include <catch2/catch.hpp>

#include "tests/aggregator/test_service.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using testing::Aggregator;
using testing::client_with;
using testing::job_of;
using testing::open_job;
using testing::Worker;

}  // namespace

TEST_CASE("before the first job there is no status") {
  const Aggregator aggregator;
  http::Client client;
  CHECK(client.get(aggregator.url("/v1/status")).status == 404);
}

TEST_CASE("with a join token, nothing is told or taken without one") {
  const Aggregator aggregator("sesame");
  open_job(aggregator, job_of(1, 1), "sesame");
  const std::string token = GENERATE("", "wrong", "sesame ");
  http::Client client = client_with(token);
  CHECK(client.post_json(aggregator.url("/v1/workers"), {{"name", "x"}}).status == 401);
  CHECK(client.post_json(aggregator.url("/v1/jobs"), to_json(job_of(1, 1))).status == 401);
  CHECK(client.put(aggregator.url("/v1/jobs/1/weights"), "x").status == 401);
  CHECK(client.get(aggregator.url("/v1/status")).status == 401);
  CHECK(client.get(aggregator.url("/v1/jobs/1")).status == 401);
  CHECK(client.get(aggregator.url("/v1/weights/0")).status == 401);
  CHECK(client.get(aggregator.url("/healthz")).status == 200);
}

TEST_CASE("a worker's token gets it tasks and weights, and the join token gets none of its tasks") {
  const Aggregator aggregator("sesame");
  open_job(aggregator, job_of(1, 1), "sesame");
  Worker worker(aggregator, "a", "sesame");
  CHECK(worker.task() == "1-1-0-1");
  CHECK(worker.client().get(aggregator.url("/v1/weights/0")).status == 200);
  http::Client submitter = client_with("sesame");
  CHECK(submitter.get(aggregator.url("/v1/weights/0")).status == 200);
  CHECK(submitter.post_json(aggregator.url("/v1/tasks"), {{"wait_s", 0}}).status == 401);
}

TEST_CASE("a worker that joined again under its name has one token, the new one") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  Worker first(aggregator, "a");
  first.task();
  Worker second(aggregator, "a");
  CHECK(second.task() == "1-1-0-2");
  CHECK(first.client().post_json(aggregator.url("/v1/tasks"), {{"wait_s", 0}}).status == 401);
}

TEST_CASE("who is here cannot be ended by joining under its name with another token") {
  const Aggregator aggregator("sesame");
  const auto tokens = token_file_in(aggregator.state());
  const std::string one = add_token(tokens, "one", kWorker), two = add_token(tokens, "two", kWorker);
  open_job(aggregator, job_of(1, 1), "sesame");
  Worker worker(aggregator, "a", one);
  CHECK(worker.task() == "1-1-0-1");
  http::Client other = client_with(two);
  const auto answer = other.post_json(aggregator.url("/v1/workers"), {{"name", "a"}});
  CHECK(answer.status == 409);
  CHECK_THAT(answer.body, Contains("a is here under another token"));
  CHECK(worker.heartbeat("1-1-0-1").status == 200);
  revoke_token(tokens, "one");
  CHECK(other.post_json(aggregator.url("/v1/workers"), {{"name", "a"}}).status == 201);
}

TEST_CASE("a worker that joins again with its own token is let in, after a restart too") {
  Aggregator aggregator("sesame");
  const auto tokens = token_file_in(aggregator.state());
  const std::string one = add_token(tokens, "one", kWorker), two = add_token(tokens, "two", kWorker);
  open_job(aggregator, job_of(1, 1), "sesame");
  Worker first(aggregator, "a", one);
  aggregator.restart();
  CHECK(client_with(two).post_json(aggregator.url("/v1/workers"), {{"name", "a"}}).status == 409);
  Worker again(aggregator, "a", one);
  CHECK(again.task() == "1-1-0-1");
}

}  // namespace frag::aggregator
