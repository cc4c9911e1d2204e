// An aggregator over real HTTP on loopback, and a worker that knows the protocol and nothing of training.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/http/client.h"
#include "libfrag/http/server.h"
#include "libfrag/rounds/weights_reader.h"
#include "tests/rounds/campaign.h"
#include "tests/rounds/weights.h"
#include "trainer/aggregator/service.h"

namespace frag::aggregator::testing {

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

inline http::Client client_with(const std::string& token) {
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

inline Weights example(float value) {
  return Weights().floats("w", {value, 2 * value}).counters("n", {3});
}

inline std::int64_t open_job(const Aggregator& aggregator, const rounds::JobSpec& spec,
                             const std::string& token = "") {
  http::Client client = client_with(token);
  const Json job =
      client.post_json(aggregator.url("/v1/jobs"), to_json(spec)).expect_ok("submit").json("submit");
  const std::string path = "/v1/jobs/" + job["job"].dump() + "/weights";
  client.put(aggregator.url(path), example(10).file()).expect_ok("weights");
  return job["job"];
}

inline rounds::JobSpec job_of(std::int64_t nodes, double quorum, std::int64_t round_count = 1) {
  rounds::JobSpec job = rounds::testing::job_of(nodes, quorum, round_count);
  job.lease_s = 60;
  return job;
}

inline rounds::JobStatus status_of(const Aggregator& aggregator) {
  http::Client client;
  return rounds::job_status_from_json(
      client.get(aggregator.url("/v1/status")).expect_ok("status").json("status"));
}

inline std::vector<float> weights_of(const Aggregator& aggregator, std::int64_t version) {
  http::Client client;
  const auto answer = client.get(aggregator.url("/v1/weights/" + std::to_string(version)));
  return rounds::testing::numbers<float>(rounds::parse_weights(answer.expect_ok("weights").body), "w");
}

}  // namespace frag::aggregator::testing
