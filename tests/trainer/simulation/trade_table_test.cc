#include "trainer/simulation/trade_table.h"

#include <catch2/catch.hpp>

namespace frag::trainer {
namespace {

std::string page_of(std::int64_t quorums) {
  std::vector<SimulatedJob> jobs;
  for (std::int64_t needed = 1; needed <= quorums; ++needed) {
    SimulatedJob& job = jobs.emplace_back();
    job.needed = needed;
    job.nodes = quorums;
    job.round_ends = {1, 2};
  }
  return trade_page("job", jobs);
}

std::size_t lines_of(const std::string& page) {
  std::size_t lines = 0;
  for (auto at = page.find("class=\"key\""); at != std::string::npos; at = page.find("class=\"key\"", at + 1))
    ++lines;
  return lines;
}

SimulatedJob job_of(std::int64_t needed, double seconds) {
  SimulatedJob job{.needed = needed, .nodes = 10, .outcome = {}, .round_ends = {}};
  job.outcome.seconds = seconds;
  return job;
}

// Where the bar of that line begins.
std::size_t bar_of(const std::string& text, const std::string& quorum) {
  return text.find("\u2588", text.rfind(quorum)) - text.rfind(quorum);
}

}  // namespace

TEST_CASE("bars of times begin below each other") {
  const std::string text = format_trade({job_of(9, 30), job_of(10, 60)});
  CHECK(bar_of(text, "9 of 10") == bar_of(text, "10 of 10"));
}

TEST_CASE("a table of what was not measured has no accuracies") {
  CHECK_THAT(format_trade({job_of(9, 30)}), !Catch::Matchers::Contains("accuracy"));
}

TEST_CASE("a chart of eight quorums has a line for each") {
  CHECK(lines_of(page_of(8)) == 8);
}

TEST_CASE("a chart that has no line for each quorum says so") {
  CHECK_THAT(page_of(9), Catch::Matchers::Contains("for the first 8 of 9 quorums"));
}

}  // namespace frag::trainer
