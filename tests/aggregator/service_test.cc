// The aggregator over real HTTP on loopback.
#include "trainer/aggregator/service.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/http/client.h"
#include "libfrag/http/server.h"
#include "libfrag/rounds/weights_reader.h"
#include "tests/rounds/campaign.h"
#include "tests/rounds/weights.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using rounds::testing::TempDir;
using rounds::testing::Weights;

// A service and its server on a directory; restart() is a new pair on the same directory.
class Aggregator {
 public:
  // `free` is what the disk has left.
  explicit Aggregator(const std::string& token = "", std::uint64_t free = std::uint64_t{1} << 40)
      : token_(token), free_(free) {
    restart();
  }
  ~Aggregator() { stop(); }

  void restart() {
    stop();
    ServiceOptions options;
    options.state = dir_ / "state";
    options.join_token = token_;
    options.weights_limit = 4 << 20;
    options.min_free = 1000;
    options.free_bytes = [this](const auto&) { return free_.load(); };
    service_ = std::make_unique<Service>(options);
    http::ServerOptions listen;
    listen.threads = 24;
    server_ =
        std::make_unique<http::Server>(listen, [this](http::Request& r) { return service_->handle(r); });
  }

  std::string url(const std::string& path) const { return server_->url() + path; }
  std::filesystem::path state() const { return dir_ / "state"; }
  void set_free(std::uint64_t bytes) { free_ = bytes; }

 private:
  void stop() {
    if (service_) service_->stop();
    server_.reset();
    service_.reset();
  }

  TempDir dir_;
  const std::string token_;
  std::atomic<std::uint64_t> free_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<http::Server> server_;
};

http::Client client_with(const std::string& token) {
  http::ClientOptions options;
  options.bearer_token = token;
  return http::Client(options);
}

// A worker that knows the protocol and nothing of training.
class Worker {
 public:
  Worker(const Aggregator& aggregator, const std::string& name, const std::string& token = "")
      : aggregator_(aggregator), client_(client_with(token)) {
    const auto answer = client_.post_json(aggregator.url("/v1/workers"), {{"name", name}});
    client_.set_bearer_token(answer.expect_ok("join").json("join")["token"]);
  }

  Json ask(double wait = 0) {
    return client_.post_json(aggregator_.url("/v1/tasks"), {{"wait_s", wait}}).expect_ok("ask").json("ask");
  }
  // Waits for a task through as many polls as it takes; "" where the job has ended.
  std::string task() {
    for (;;) {
      const Json answer = ask(20);
      if (answer["state"] == "task") return answer["lease"]["task"];
      if (answer["state"] == "finished") return "";
    }
  }
  http::Answer send(const std::string& task, const Weights& result) {
    return client_.put(aggregator_.url("/v1/tasks/" + task + "/result"), result.file(),
                       {"X-Frag-Fragments: 600"});
  }
  http::Answer heartbeat(const std::string& task) {
    return client_.post_json(aggregator_.url("/v1/tasks/" + task + "/heartbeat"), Json::object());
  }
  http::Client& client() { return client_; }

 private:
  const Aggregator& aggregator_;
  http::Client client_;
};

Weights example(float value) {
  return Weights().floats("w", {value, 2 * value}).counters("n", {3});
}

std::int64_t open_job(const Aggregator& aggregator, const rounds::JobSpec& spec,
                      const std::string& token = "") {
  http::Client client = client_with(token);
  const Json job =
      client.post_json(aggregator.url("/v1/jobs"), to_json(spec)).expect_ok("submit").json("submit");
  const std::string path = "/v1/jobs/" + job["job"].dump() + "/weights";
  client.put(aggregator.url(path), example(10).file()).expect_ok("weights");
  return job["job"];
}

rounds::JobSpec job_of(std::int64_t nodes, double quorum, std::int64_t round_count = 1) {
  rounds::JobSpec job = rounds::testing::job_of(nodes, quorum, round_count);
  job.lease_s = 60;
  return job;
}

rounds::JobStatus status_of(const Aggregator& aggregator) {
  http::Client client;
  return rounds::job_status_from_json(
      client.get(aggregator.url("/v1/status")).expect_ok("status").json("status"));
}

std::vector<float> weights_of(const Aggregator& aggregator, std::int64_t version) {
  http::Client client;
  const auto answer = client.get(aggregator.url("/v1/weights/" + std::to_string(version)));
  return rounds::testing::numbers<float>(rounds::parse_weights(answer.expect_ok("weights").body), "w");
}

}  // namespace

TEST_CASE("a job runs to its end over HTTP") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(2, 1, 2));
  Worker worker(aggregator, "a");
  for (const float change : {1.0f, 3.0f, 1.0f, 1.0f}) {
    CHECK(worker.send(worker.task(), example(change)).json("result") == Json{{"state", "accepted"}});
  }
  CHECK(worker.task() == "");
  CHECK(weights_of(aggregator, 1) == std::vector<float>{8, 16});
  CHECK(weights_of(aggregator, 2) == std::vector<float>{7, 14});
  CHECK(status_of(aggregator).state == "finished");
  CHECK(status_of(aggregator).history[1].taken == 2);
}

TEST_CASE("many workers at once finish every round with its quorum") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(6, 0.5, 5));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&aggregator, i] {
      Worker worker(aggregator, "worker" + std::to_string(i));
      for (std::string task = worker.task(); !task.empty(); task = worker.task())
        worker.send(task, example(1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto status = status_of(aggregator);
  CHECK(status.state == "finished");
  for (const auto& round : status.history) CHECK(round.taken == 3);
  CHECK(weights_of(aggregator, 5) == std::vector<float>{5, 10});
}

TEST_CASE("a worker that waits is woken when a round opens") {
  const Aggregator aggregator;
  Worker worker(aggregator, "a");
  Json answer;
  std::thread waiting([&] { answer = worker.ask(25); });
  open_job(aggregator, job_of(1, 1));
  waiting.join();
  CHECK(answer["state"] == "task");
}

TEST_CASE("a worker that waits is woken when another's lease dies") {
  const Aggregator aggregator;
  rounds::JobSpec job = job_of(1, 1);
  job.lease_s = 0.3;
  open_job(aggregator, job);
  Worker lost(aggregator, "lost");
  lost.task();
  Worker worker(aggregator, "a");
  CHECK(worker.ask(25)["lease"]["task"] == "1-1-0-2");
}

TEST_CASE("the service goes on where it was after a restart") {
  Aggregator aggregator;
  open_job(aggregator, job_of(2, 1));
  Worker worker(aggregator, "a");
  const std::string first = worker.task();
  worker.send(first, example(1));
  const std::string second = worker.task();
  aggregator.restart();
  CHECK(worker.heartbeat(second).status == 200);
  CHECK(worker.send(first, example(1)).status == 200);
  CHECK(worker.send(second, example(3)).status == 200);
  CHECK(worker.task() == "");
  CHECK(weights_of(aggregator, 1) == std::vector<float>{8, 16});
}

TEST_CASE("an averaging that fails is tried again, and made up for after a restart") {
  Aggregator aggregator;
  open_job(aggregator, job_of(1, 1, 1));
  Worker worker(aggregator, "a");
  const std::string task = worker.task();
  // A directory in the place where the mean is to be written: the averaging cannot succeed.
  const auto place = aggregator.state() / "weights/00000001.safetensors.part";
  std::filesystem::create_directory(place);
  CHECK(worker.send(task, example(1)).status == 200);
  http::Client client;
  while (client.get(aggregator.url("/healthz")).status == 200) std::this_thread::yield();
  CHECK(status_of(aggregator).history[0].state == "closing");
  CHECK_THAT(status_of(aggregator).trouble, Contains("00000001"));
  aggregator.restart();
  std::filesystem::remove(place);
  CHECK(worker.task() == "");
  CHECK(weights_of(aggregator, 1) == std::vector<float>{9, 18});
}

TEST_CASE("a round that cannot be averaged is given up by stopping the job, and the next job opens") {
  Aggregator aggregator;
  open_job(aggregator, job_of(1, 1, 3));
  Worker worker(aggregator, "a");
  const auto place = aggregator.state() / "weights/00000001.safetensors.part";
  std::filesystem::create_directory(place);
  CHECK(worker.send(worker.task(), example(1)).status == 200);
  http::Client client;
  while (client.get(aggregator.url("/healthz")).status == 200) std::this_thread::yield();
  CHECK_THAT(client.get(aggregator.url("/healthz")).body, Contains("stop it again to give this round up"));
  const auto stop = [&] {
    return client.post_json(aggregator.url("/v1/jobs/1/stop"), Json::object()).json("stop")["state"];
  };
  CHECK(stop() == "open");
  CHECK_THAT(client.post_json(aggregator.url("/v1/jobs"), to_json(job_of(1, 1))).body,
             Contains("stop it again to give this round up"));
  CHECK(stop() == "finished");
  CHECK(status_of(aggregator).history[0].state == "stopped");
  std::filesystem::remove(place);
  CHECK(open_job(aggregator, job_of(1, 1)) == 2);
  while (client.get(aggregator.url("/healthz")).status != 200) std::this_thread::yield();
}

TEST_CASE("a stop of the last round while it is averaged loses nothing") {
  const Aggregator aggregator;
  open_job(aggregator, job_of(1, 1, 1));
  Worker worker(aggregator, "a");
  CHECK(worker.send(worker.task(), example(1)).status == 200);
  http::Client client;
  client.post_json(aggregator.url("/v1/jobs/1/stop"), Json::object()).expect_ok("stop");
  CHECK(status_of(aggregator).history[0].state == "closed");
  CHECK(weights_of(aggregator, 1) == std::vector<float>{9, 18});
}

TEST_CASE("a measurement's heartbeat tells how long its claim lives, and 409 where it is another's") {
  const Aggregator aggregator;
  rounds::JobSpec job = job_of(1, 1, 2);
  job.evaluation = rounds::Evaluation{1, {.split = "test", .count = {}}};
  open_job(aggregator, job);
  Worker worker(aggregator, "a");
  Worker other(aggregator, "b");
  CHECK(worker.send(worker.task(), example(1)).status == 200);
  worker.task();  // so that version 1 is there
  const auto renew = [&](Worker& evaluator, const char* version) {
    const auto url = aggregator.url(std::string("/v1/evaluations/") + version + "/heartbeat");
    return evaluator.client().post_json(url, Json::object());
  };
  const auto answer = renew(worker, "1");
  CHECK(answer.status == 200);
  CHECK(answer.json("renew")["lease_s"] == 60.0);
  CHECK(renew(other, "1").status == 409);
  CHECK(renew(worker, "7").status == 404);
}

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
