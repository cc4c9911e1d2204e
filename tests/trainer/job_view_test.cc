#include "trainer/job_view.h"

#include <catch2/catch.hpp>

#include "libfrag/base/text.h"
#include "tests/aggregator/watched_job.h"
#include "trainer/job_table.h"

using namespace frag;
using namespace frag::trainer;
using frag::testing::watched_job;

namespace {

std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

bool any_has(const std::vector<std::string>& lines, const std::string& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("a sparkline goes from the least to the greatest and shows the newest") {
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 80) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({9, 9, 9, 0.1, 0.9}, 2) == "▁█");
  CHECK(sparkline({0.5, 0.5}, 8) == "▄▄");
  CHECK(sparkline({}, 8).empty());
  CHECK(sparkline({1}, 0).empty());
}

TEST_CASE("the view of a job has its rounds, what was measured, workers and the newest event first") {
  const auto lines = view_lines(watched_job(), {80, 24});
  REQUIRE(lines.size() == 13);
  CHECK(lines[0] == "job 1 \"gels\": open, 2 of 6 rounds closed, quorum 3, weights version 2");
  CHECK(lines[1] == "[########................] 2 of 6 rounds, about 44.7 s left");
  CHECK(lines[2] == "[########................] 1 of 3 results in round 3, 2.0 s");
  CHECK(lines[3] == "accuracy, measured 0.700  ▁█");
  CHECK(lines[4] == "accuracy, workers  0.600  ▄");
  CHECK(lines[5] == "received 5.9 KiB, sent 7.9 KiB");
  CHECK(lines[7] == "worker     state  taken  late  fragments/s           heard");
  CHECK(lines[8] == "desk-1  training      4     0        120.5         3 s ago");
  CHECK(lines[9] == "desk-2      gone      3     1         80.0  6 min 40 s ago");
  CHECK(lines[11].ends_with("  round 1: closed: round 1 closed with 3 parts"));
  CHECK(lines[12].ends_with("  round 1: late: desk-2: round 1 had closed"));
}

TEST_CASE("rounds that are too many to be sent count all the same") {
  rounds::JobStatus before = watched_job();
  before.rounds = 1000;
  for (rounds::RoundStatus& round : before.history) round.round += 500;
  before.earlier.closed = 500;
  before.earlier.received = 1 << 20;
  CHECK(any_has(view_lines(before, {80, 24}), "] 502 of 1,000 rounds"));
  CHECK(any_has(view_lines(before, {80, 24}), "received 1.0 MiB"));
  rounds::JobStatus now = before;
  now.history.erase(now.history.begin());
  ++now.earlier.closed;
  now.history.back().state = "closed";
  CHECK(change_lines(before, now) == std::vector<std::string>{format_round_line(now.history.back())});
}

TEST_CASE("what keeps the aggregator from going on is shown, and said when it begins and ends") {
  rounds::JobStatus status = watched_job();
  status.trouble = "the disk is full";
  CHECK(view_lines(status, {80, 24})[1] == "it cannot go on: the disk is full");
  CHECK(change_lines(watched_job(), status) == std::vector<std::string>{"it cannot go on: the disk is full"});
  CHECK(change_lines(status, watched_job()) == std::vector<std::string>{"it goes on"});
}

TEST_CASE("the view fits every terminal") {
  rounds::JobStatus status = watched_job();
  for (int i = 0; i < 40; ++i) {
    status.workers.push_back({"a-worker-with-a-long-name-" + std::to_string(i), "waiting", i, 0, 12.5, 1});
    status.events.push_back({3 + i, 1.7e9, 2, "late", std::string(200, 'x')});
  }
  for (const std::size_t width : {1, 20, 63, 80, 200}) {
    for (const std::size_t height : {1, 2, 5, 8, 9, 24, 70}) {
      INFO(width << " x " << height);
      const auto lines = view_lines(status, {width, height});
      CHECK(lines.size() <= height);
      for (const std::string& line : lines) CHECK(characters_of(line) <= width);
    }
  }
  const auto lines = view_lines(status, {80, 24});
  CHECK(lines.size() == 24);
  CHECK(any_has(lines, " more"));
  CHECK(any_has(lines, "desk-1"));        // who works comes first
  CHECK_FALSE(any_has(lines, "desk-2"));  // who is gone comes last
}

TEST_CASE("what a worker calls itself moves no cursor") {
  rounds::JobStatus status = watched_job();
  status.workers[0].name = "\033[2Jdesk\n";
  status.events[0].text = "\a\r";
  for (const std::string& line : view_lines(status, {80, 24})) {
    for (const char byte : line) CHECK(static_cast<unsigned char>(byte) >= 0x20);
  }
}

TEST_CASE("what changed is a line each") {
  const rounds::JobStatus before = watched_job();
  CHECK(change_lines(before, before).empty());
  rounds::JobStatus now = before;
  now.history[2].state = "closed";
  now.history[2].taken = 3;
  now.events.push_back({3, 1.7e9, 3, "closed", "round 3 closed"});
  now.events.push_back({4, 1.7e9, 3, "measured", "accuracy 0.8"});
  now.state = "paused";
  now.reason = "asked for";
  const auto lines = change_lines(before, now);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].ends_with("  round 3: measured: accuracy 0.8"));
  CHECK(lines[1] == "round 3: 4 nodes, 3 taken, 0 late so far, 2.0 s");
  CHECK(lines[2].starts_with("job 1 \"gels\": paused (asked for), 3 of 6 rounds closed"));
}
