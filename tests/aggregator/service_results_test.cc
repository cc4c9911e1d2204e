// What the aggregator takes, and what it refuses and why, over real HTTP on loopback.
#include <catch2/catch.hpp>
#include <limits>
#include <thread>

#include "libfrag/base/digest.h"
#include "tests/aggregator/test_service.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using testing::Aggregator;
using testing::client_with;
using testing::example;
using testing::job_of;
using testing::open_job;
using testing::status_of;
using testing::TempDir;
using testing::Weights;
using testing::Worker;

}  // namespace

TEST_CASE("results are refused for what they hold, counted, and their part is free again") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  Worker bad(aggregator, "bad");
  const std::string task = bad.task();
  const Weights result =
      GENERATE(as<Weights>(), Weights().floats("w", {1}).counters("n", {3}),
               Weights().floats("w", {1, std::numeric_limits<float>::quiet_NaN()}).counters("n", {3}),
               Weights().floats("w", {1, 2}));
  const auto answer = bad.send(task, result);
  CHECK(answer.status == 422);
  CHECK(answer.headers.at("content-type") == "application/problem+json");
  CHECK(status_of(aggregator).history[0].refused == 1);
  Worker good(aggregator, "good");
  CHECK(good.task() == "1-1-0-2");
}

TEST_CASE("a change larger than the job's norm_limit is refused, counted, and its part free again") {
  const Aggregator aggregator;
  rounds::JobSpec job = job_of(1, 1);
  job.norm_limit = 3;
  open_job(aggregator, job);
  Worker bad(aggregator, "bad");
  const auto answer = bad.send(bad.task(), example(1.5f));  // of norm 1.5 x sqrt(5)
  CHECK(answer.status == 422);
  CHECK_THAT(answer.body, Contains("norm 3.354") && Contains("up to 3.000"));
  CHECK(status_of(aggregator).history[0].refused == 1);
  Worker good(aggregator, "good");
  const std::string task = good.task();
  CHECK(task == "1-1-0-2");
  CHECK(good.send(task, example(1)).status == 200);
}

TEST_CASE("what is no safetensors file is refused as a result") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  Worker worker(aggregator, "a");
  const std::string task = worker.task();
  const std::string body = GENERATE("", "x", "not a safetensors file at all");
  CHECK(worker.client().put(aggregator.url("/v1/tasks/" + task + "/result"), body).status == 422);
}

TEST_CASE("a result much larger than the weights is not taken in") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  Worker worker(aggregator, "a");
  const Weights large = Weights().floats("w", std::vector<float>(1 << 19));
  CHECK(worker.send(worker.task(), large).status == 413);
  CHECK(std::filesystem::is_empty(aggregator.state() / "incoming"));
}

TEST_CASE("a late result and another's are refused with the reason, and leave no file") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(2, 0.5, 1));
  Worker quick(aggregator, "quick");
  Worker slow(aggregator, "slow");
  const std::string task = quick.task();
  const std::string late = slow.task();
  CHECK_THAT(slow.send(task, example(1)).body, Contains("another worker's"));
  quick.send(task, example(1));
  const auto answer = slow.send(late, example(1));
  CHECK(answer.status == 409);
  CHECK_THAT(answer.body, Contains("had its quorum"));
  const auto results = std::filesystem::directory_iterator(aggregator.state() / "results");
  CHECK(std::distance(begin(results), end(results)) == 1);
}

TEST_CASE("results without a record are removed at the start, others stay") {
  Aggregator aggregator;
  open_job(aggregator, job_of(2, 1));
  Worker worker(aggregator, "a");
  const std::string task = worker.task();
  worker.send(task, example(1));
  const auto results = aggregator.state() / "results";
  const auto kept = std::filesystem::directory_iterator(results)->path();
  const auto orphan = results / (worker.task() + "-" + std::string(64, '0') + ".safetensors");
  write_file_atomic(orphan, example(1).file());
  aggregator.restart();
  CHECK(std::filesystem::exists(kept));
  CHECK_FALSE(std::filesystem::exists(orphan));
}

TEST_CASE("weights have a strong ETag and are not sent to who has them") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  http::Client client;
  const auto answer = client.get(aggregator.url("/v1/weights/0"));
  CHECK(answer.body == example(10).file());
  CHECK(answer.headers.at("etag") == "\"" + xxh3_128_hex(answer.body) + "\"");
}

TEST_CASE("weights whose file is lost, and was not let go, are not called pruned") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  std::filesystem::remove(aggregator.state() / "weights/00000000.safetensors");
  http::Client client;
  const auto answer = client.get(aggregator.url("/v1/weights/0"));
  CHECK(answer.status == 404);
  CHECK_THAT(answer.body, Contains("weights 0 is lost") && !Contains("safetensors"));
}

TEST_CASE("whoever asks while it stops is told when to ask again") {
  const TempDir dir;
  ServiceOptions options;
  options.state = dir / "state";
  Service service(options);
  service.stop();
  http::Request request;
  request.method = "GET";
  request.path = "/healthz";
  const http::Response answer = service.handle(request);
  CHECK(answer.status == 503);
  CHECK(answer.headers.back().first == "Retry-After");
}

TEST_CASE("a job's first weights must be weights") {
  const Aggregator aggregator;
  http::Client client;
  client.post_json(aggregator.url("/v1/jobs"), to_json(job_of(1, 1))).expect_ok("submit");
  const auto [body, status] = GENERATE(table<std::string, int>({
      {"", 422},
      {"nonsense", 422},
      {Weights().file(), 422},
      {Weights().floats("w", {std::numeric_limits<float>::infinity()}).file(), 422},
      {std::string((4 << 20) + 1, 'x'), 413},
      {example(1).file(), 200},
  }));
  CHECK(client.put(aggregator.url("/v1/jobs/1/weights"), body).status == status);
}

TEST_CASE("requests that make no sense are answered with a problem") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1));
  Worker worker(aggregator, "a");
  http::Client& client = worker.client();
  CHECK(client.post_json(aggregator.url("/v1/jobs"), Json::array()).status == 400);
  CHECK(client.post_json(aggregator.url("/v1/jobs"), to_json(job_of(1, 1))).status == 409);
  CHECK(client.post_json(aggregator.url("/v1/workers"), {{"nam", "x"}}).status == 400);
  CHECK(client.post_json(aggregator.url("/v1/tasks"), {{"wait_s", "x"}}).status == 400);
  CHECK(client.put(aggregator.url("/v1/tasks/9-9-9-9/result"), "x").status == 404);
  CHECK(client.put(aggregator.url("/v1/jobs/9/weights"), "x").status == 404);
  CHECK(client.get(aggregator.url("/v1/jobs/x")).status == 404);
  CHECK(client.get(aggregator.url("/v1/weights/9")).status == 404);
  CHECK(client.get(aggregator.url("/v1/nothing")).status == 404);
  CHECK(client.get(aggregator.url("/v1/tasks")).status == 405);
  CHECK(client.get(aggregator.url("/healthz")).status == 200);
}

TEST_CASE("only a job may be described at length") {
  const Aggregator aggregator;
  rounds::JobSpec job = job_of(1, 1);
  job.mirrors = std::vector<std::string>(1000, "http://127.0.0.1:8080");
  open_job(aggregator, job);
  Worker worker(aggregator, "a");
  Json long_body{{"name", "b"}, {"wait_s", 0}, {"reason", "why"}};
  long_body["more"] = std::string(5000, 'x');
  for (const char* path :
       {"/v1/workers", "/v1/tasks", "/v1/evaluations", "/v1/jobs/1/pause", "/v1/jobs/1/stop"}) {
    INFO(path);
    CHECK(worker.client().post_json(aggregator.url(path), long_body).status == 413);
  }
}

TEST_CASE("a full disk is nothing to do for workers, who stay, and is told to nobody without a token") {
  Aggregator aggregator("sesame");
  open_job(aggregator, job_of(1, 1), "sesame");
  Worker worker(aggregator, "a", "sesame");
  aggregator.set_free(10);
  http::Client stranger;
  while (stranger.get(aggregator.url("/healthz")).status == 200) std::this_thread::yield();
  CHECK(worker.ask(0) == Json{{"state", "wait"}});
  const Json status = client_with("sesame").get(aggregator.url("/v1/status")).json("status");
  CHECK_THAT(status.dump(), Contains("--min-free"));
  for (const char* path : {"/v1/tasks", "/v1/evaluations"}) {
    CHECK(stranger.post_json(aggregator.url(path), {{"wait_s", 0}}).status == 401);
    CHECK(worker.client().post_json(aggregator.url(path), {{"wait_s", 0}}).status == 200);
  }
  Json answer;
  std::thread waiting([&] { answer = worker.ask(25); });
  aggregator.set_free(std::uint64_t{1} << 40);
  waiting.join();
  CHECK(answer["state"] == "task");
}

}  // namespace frag::aggregator
