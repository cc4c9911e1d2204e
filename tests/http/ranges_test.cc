#include "libfrag/http/ranges.h"

#include <catch2/catch.hpp>

using namespace frag::http;

TEST_CASE("a Content-Range is read where it says all of first, last and total") {
  const auto range = parse_content_range("bytes 3-6/7");
  REQUIRE(range);
  CHECK(range->range.first == 3);
  CHECK(range->range.count == 4);
  CHECK(range->total == 7);
  for (const char* wrong :
       {"", "bytes", "bytes ", "bytes 3-6", "bytes 3/7", "bytes -6/7", "bytes 3-/7", "bytes 3-7/7",
        "bytes 6-3/7", "bytes 3-6/*", "bytes */7", "bytes=3-6/7", "bytes 3-6/7 ", "bytes +3-6/7",
        "bytes 0-18446744073709551615/18446744073709551615", "bytes 0-1/18446744073709551616"})
    CHECK_FALSE(parse_content_range(wrong));
}

namespace {

struct Answered {
  int status;
  std::string body;
  std::map<std::string, std::string> headers;
};

Answered ask(const std::map<std::string, std::string>& headers) {
  static const std::string kBytes = "0123456789";
  Request request;
  request.headers = headers;
  const Response response =
      serve(request, readable(kBytes.size(), "tag", "text/plain",
                              [](auto from, auto count) { return kBytes.substr(from, count); }));
  Answered answered{response.status, response.body, {response.headers.begin(), response.headers.end()}};
  if (response.stream) {
    answered.body.clear();
    response.stream([&answered](std::string_view piece) { answered.body += piece; });
    CHECK(response.stream_length == answered.body.size());
  }
  return answered;
}

}  // namespace

TEST_CASE("without a range everything is sent, with a strong tag") {
  const Answered all = ask({});
  CHECK(all.status == 200);
  CHECK(all.body == "0123456789");
  CHECK(all.headers.at("ETag") == "\"tag\"");
}

TEST_CASE("first-last, open and suffix ranges send their part") {
  for (const auto& [range, body, content_range] : {std::tuple("bytes=2-4", "234", "bytes 2-4/10"),
                                                   {"bytes=7-", "789", "bytes 7-9/10"},
                                                   {"bytes=-3", "789", "bytes 7-9/10"},
                                                   {"bytes=5-500", "56789", "bytes 5-9/10"},
                                                   {"bytes=-500", "0123456789", "bytes 0-9/10"}}) {
    const Answered part = ask({{"range", range}});
    INFO(range);
    CHECK(part.status == 206);
    CHECK(part.body == body);
    CHECK(part.headers.at("Content-Range") == content_range);
  }
}

TEST_CASE("a range beyond the end is 416 and says the length") {
  for (const char* range : {"bytes=10-", "bytes=99-100", "bytes=-0"}) {
    const Answered none = ask({{"range", range}});
    INFO(range);
    CHECK(none.status == 416);
    CHECK(none.headers.at("Content-Range") == "bytes */10");
  }
}

TEST_CASE("ranges that RFC 9110 lets us ignore give everything") {
  for (const char* range : {"lines=1-2", "bytes=4-2", "bytes=a-b", "bytes=", "bytes=-", "bytes=0-1,3-4",
                            "bytes=99999999999999999999-"}) {
    INFO(range);
    CHECK(ask({{"range", range}}).status == 200);
  }
}

TEST_CASE("If-Range gives the part only of the same content") {
  CHECK(ask({{"range", "bytes=0-1"}, {"if-range", "\"tag\""}}).status == 206);
  CHECK(ask({{"range", "bytes=0-1"}, {"if-range", "\"other\""}}).status == 200);
  CHECK(ask({{"range", "bytes=0-1"}, {"if-range", "Wed, 21 Oct 2015 07:28:00 GMT"}}).status == 200);
}

TEST_CASE("If-None-Match of the same content is 304 without a body") {
  CHECK(ask({{"if-none-match", "\"x\", \"tag\""}}).status == 304);
  CHECK(ask({{"if-none-match", "*"}}).body.empty());
  CHECK(ask({{"if-none-match", "\"x\""}}).status == 200);
}
