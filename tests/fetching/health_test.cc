#include "libfrag/fetching/health.h"

#include <catch2/catch.hpp>

#include "libfrag/http/client.h"

using namespace frag;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const Health::Clock::time_point kNoon{std::chrono::hours(12)};

http::AnswerError answer_of(int status, std::optional<seconds> retry_after = std::nullopt) {
  return {Errc::unavailable, "HTTP " + std::to_string(status), status, retry_after};
}

}  // namespace

TEST_CASE("one that fails is left alone for twice as long each time, up to half a minute") {
  Health health;
  for (const int wait : {250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
    health.failed(kNoon);
    CHECK(health.ask_again() == kNoon + milliseconds(wait));
  }
}

TEST_CASE("after four failures in a row nobody waits for it, until it gives something") {
  Health health;
  for (int i = 0; i < Health::kHopeless; ++i) {
    CHECK_FALSE(health.hopeless());
    health.failed(kNoon);
  }
  CHECK(health.hopeless());
  CHECK_FALSE(health.dismissed());
  health.delivered();
  CHECK_FALSE(health.hopeless());
  health.failed(kNoon);
  CHECK(health.ask_again() == kNoon + milliseconds(250));
}

TEST_CASE("being outrun is no failure, but leaves it alone for longer each time") {
  Health health;
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    health.outrun(kNoon);
    CHECK(health.ask_again() == kNoon + seconds(wait));
  }
  CHECK_FALSE(health.hopeless());
}

TEST_CASE("a third wrong answer ends it, whatever it gave in between") {
  Health health;
  for (int i = 0; i < Health::kMostWrong; ++i) {
    CHECK_FALSE(health.dismissed());
    CHECK(health.learn(WrongAnswer("gave another fragment"), kNoon));
    health.delivered();
  }
  CHECK(health.dismissed());
}

TEST_CASE("who asks for patience gets it, and no word is lost about it") {
  Health health;
  for (int i = 0; i < 20; ++i) CHECK_FALSE(health.learn(answer_of(503, seconds(7)), kNoon));
  CHECK(health.ask_again() == kNoon + seconds(7));
  CHECK_FALSE(health.hopeless());
}

TEST_CASE("what will be refused again ends it, what may pass does not") {
  for (const int status : {400, 401, 403, 404, 409, 416}) {
    Health health;
    CHECK(health.learn(answer_of(status), kNoon));
    INFO(status);
    CHECK(health.dismissed());
  }
  for (const int status : {408, 429, 500, 502, 503}) {
    Health health;
    CHECK(health.learn(answer_of(status), kNoon));
    INFO(status);
    CHECK_FALSE(health.dismissed());
    CHECK(health.ask_again() > kNoon);
  }
  Health broken, useless;
  broken.learn(Error(Errc::unavailable, "connection refused"), kNoon);
  useless.learn(Error(Errc::refused, "gives files only"), kNoon);
  CHECK_FALSE(broken.dismissed());
  CHECK(useless.dismissed());
}
