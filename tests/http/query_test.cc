#include "libfrag/http/query.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag::http;
using frag::test::error_of;

TEST_CASE("names and values are decoded, and of equal names the last one counts") {
  const auto params = parse_query("a=1%2B2+3&b=&%63=%C3%A4&a=2&&d");
  CHECK(params == std::map<std::string, std::string>{{"a", "2"}, {"b", ""}, {"c", "\xC3\xA4"}, {"d", ""}});
  CHECK(parse_query("").empty());
}

TEST_CASE("a plus is a blank in a query and a plus in a path") {
  CHECK(query_decode("a+b") == "a b");
  CHECK(path_decode("/a+b%20c") == "/a+b c");
}

TEST_CASE("what is not percent-encoded is refused, and so is a zero byte in a path") {
  for (const char* text : {"%", "%4", "%zz", "%4g", "a%"})
    CHECK(error_of([text] { query_decode(text); }).code() == frag::Errc::bad_input);
  CHECK(error_of([] { path_decode("/files/dataset.json%00.txt"); }).code() == frag::Errc::bad_input);
}
