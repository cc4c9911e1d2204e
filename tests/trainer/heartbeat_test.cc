#include "trainer/heartbeat.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "libfrag/http/server.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;
using std::chrono::milliseconds;

namespace {

constexpr char kPath[] = "/v1/tasks/3-2-0-1/heartbeat";

// Answers heartbeats with a status, and has one job, of which a round closes each time it is asked.
struct Aggregator {
  int status;
  std::atomic<int> beats{0};
  std::atomic<int> closed{0};
  http::Server server{{}, [this](http::Request& request) {
                        if (request.path != kPath) {
                          const Json job{{"job", 3}, {"state", "open"}, {"closed", ++closed}};
                          return http::Response::json({{"jobs", {job}}});
                        }
                        ++beats;
                        return status == 200 ? http::Response::json({{"lease_s", 0.1}})
                                             : http::Response::problem(status, "no");
                      }};

  HeartbeatOptions options() const {
    return {.url = server.url(),
            .token = "t",
            .join_token = "",
            .path = kPath,
            .job = 3,
            .lease_s = 0.1,
            .why_over = [](const JobBrief& job) { return job.closed >= 3 ? "round 3 has closed" : ""; }};
  }
};

void wait_until(const std::function<bool()>& true_at_last) {
  for (int i = 0; i < 6000 && !true_at_last(); ++i) std::this_thread::sleep_for(milliseconds(10));
  REQUIRE(true_at_last());
}

}  // namespace

TEST_CASE("a lost lease is wanted until nobody waits for what comes of it") {
  Aggregator aggregator{409};
  const Heartbeat heartbeat(aggregator.options());
  wait_until([&] { return !heartbeat.wanted(); });
  CHECK(aggregator.closed == 3);
  try {
    heartbeat.expect_wanted();
    FAIL("it is wanted");
  } catch (const GivenUp& lease) {
    CHECK(lease.why == "round 3 has closed");
  }
}

TEST_CASE("a lease that is held is beaten for, and wanted") {
  Aggregator aggregator{200};
  const Heartbeat heartbeat(aggregator.options());
  wait_until([&] { return aggregator.beats >= 3; });
  CHECK(heartbeat.wanted());
  CHECK(aggregator.closed == 0);
}

TEST_CASE("an aggregator that knows no such heartbeat is asked once") {
  Aggregator aggregator{404};
  const Heartbeat heartbeat(aggregator.options());
  wait_until([&] { return aggregator.beats >= 1; });
  std::this_thread::sleep_for(milliseconds(300));
  CHECK(aggregator.beats == 1);
  CHECK(heartbeat.wanted());
}

TEST_CASE("a reading ends as given up once nobody waits for it") {
  Aggregator aggregator{409};
  const Heartbeat heartbeat(aggregator.options());
  const auto silent_mirror = [](const std::function<bool()>& cancelled) -> int {
    wait_until(cancelled);
    throw Error(Errc::unavailable, "broken off");
  };
  CHECK_THROWS_AS(heartbeat.read_while_wanted(silent_mirror), GivenUp);
}
