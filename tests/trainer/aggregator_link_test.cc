#include "trainer/aggregator_link.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/http/server.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// Gives one answer after the other, and remembers what it was asked.
class Script {
 public:
  explicit Script(std::deque<http::Response> answers)
      : answers_(std::move(answers)), server_({}, [this](http::Request& request) { return next(request); }) {}

  std::string url() const { return server_.url(); }
  // "PUT bytes 4-9/10": the method, and which part of a body it is about, or which one is there already.
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  http::Response next(http::Request& request) {
    if (request.body) http::read_body(request, 1 << 20);
    const std::lock_guard lock(mutex_);
    auto part = request.header(request.method == "PUT" ? "content-range" : "range");
    if (!part) part = request.header("if-none-match");
    asked_.push_back(request.method + (part ? " " + *part : ""));
    http::Response answer = answers_.front();
    answers_.pop_front();
    return answer;
  }

  std::mutex mutex_;  // guards the two below
  std::deque<http::Response> answers_;
  std::vector<std::string> asked_;
  http::Server server_;
};

http::Response with_tag(int status, const std::string& body, const std::string& whole) {
  http::Response answer = http::Response::text(body);
  answer.status = status;
  answer.headers.emplace_back("ETag", "\"" + xxh3_128_hex(whole) + "\"");
  return answer;
}

// The first half of `whole`, and then the line breaks.
http::Response broken(const std::string& whole) {
  http::Response answer = with_tag(200, "", whole);
  answer.stream_length = whole.size();
  answer.stream = [whole](const http::Sink& sink) {
    sink(std::string_view(whole).substr(0, whole.size() / 2));
    std::this_thread::sleep_for(
        std::chrono::milliseconds(500));  // or what was sent may be lost with the line
    throw Error(Errc::unavailable, "the line breaks");
  };
  return answer;
}

http::Response kept(std::size_t bytes) {
  http::Response answer = http::Response::text("");
  answer.headers.emplace_back("Upload-Offset", std::to_string(bytes));
  return answer;
}

}  // namespace

TEST_CASE("weights that broke off are gone on with behind an answer that says later") {
  const std::string whole(2'000'000, 'w');
  Script script({broken(whole), http::Response::problem(503, "stopping"),
                 with_tag(206, whole.substr(whole.size() / 2), whole)});
  AggregatorLink link(script.url(), "");
  CHECK(test::error_of([&] { link.weights(3); }).code() == Errc::unavailable);
  CHECK(test::error_of([&] { link.weights(3); }).code() == Errc::unavailable);
  CHECK((link.weights(3) == whole));
  CHECK(script.asked() == std::vector<std::string>{"GET", "GET bytes=1000000-", "GET bytes=1000000-"});
}

TEST_CASE("a result that broke off is gone on with, although nobody could say at first how much is kept") {
  Script script({broken("no answer"), http::Response::problem(502, "restarting"), kept(4),
                 http::Response::problem(502, "restarting"), kept(7), http::Response::json(Json::object())});
  AggregatorLink link(script.url(), "");
  const auto send = [&] { return link.send_result("1-1-0-1", "0123456789"); };
  for (int attempt = 0; attempt < 3; ++attempt) CHECK(test::error_of(send).code() == Errc::unavailable);
  CHECK(send().verdict == Verdict::accepted);
  CHECK(script.asked() ==
        std::vector<std::string>{"PUT", "HEAD", "HEAD", "PUT bytes 4-9/10", "HEAD", "PUT bytes 7-9/10"});
}

TEST_CASE("a result that is too long is refused, and not the worker's end") {
  Script script({http::Response::problem(413, "longer than the base weights")});
  const ResultAnswer answer = AggregatorLink(script.url(), "").send_result("1-1-0-1", "0123456789");
  CHECK(answer.verdict == Verdict::refused);
  CHECK(answer.reason == "longer than the base weights");
}

TEST_CASE("a status that did not change does not travel again, and time goes on in it") {
  rounds::JobStatus status;
  status.job = 3;
  status.state = "open";
  status.history.push_back({{}, 1, "open", 4, 5});
  status.workers.push_back({.name = "w", .state = "training", .heard = 1});
  http::Response first = http::Response::json(rounds::to_json(status));
  first.headers.emplace_back("ETag", "\"one\"");
  http::Response same;
  same.status = 304;
  Script script({first, same, first});
  AggregatorLink link(script.url(), "");
  link.status(3);
  const rounds::JobStatus again = link.status(3);
  CHECK(again.job == 3);
  CHECK(again.history.at(0).seconds >= 5);
  CHECK(again.workers.at(0).heard >= 1);
  link.status();  // of the newest job: another answer
  CHECK(script.asked() == std::vector<std::string>{"GET", "GET \"one\"", "GET"});
}

TEST_CASE("the list of jobs says a few words of each") {
  const Json jobs{{{"job", 4}, {"state", "open"}, {"closed", 2}},
                  {{"job", 3}, {"state", "finished"}, {"closed", 6}}};
  Script script({http::Response::json({{"jobs", jobs}}), http::Response::json({{"jobs", jobs}})});
  AggregatorLink link(script.url(), "");
  CHECK(link.brief(4).closed == 2);
  CHECK(test::error_of([&] { link.brief(5); }).code() == Errc::not_found);
}
