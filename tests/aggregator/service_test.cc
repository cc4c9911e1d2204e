// Jobs from their first task to their end, over real HTTP on loopback.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/aggregator/test_service.h"

namespace frag::aggregator {
namespace {

using Catch::Matchers::Contains;
using testing::Aggregator;
using testing::example;
using testing::job_of;
using testing::open_job;
using testing::status_of;
using testing::weights_of;
using testing::Worker;

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

}  // namespace frag::aggregator
