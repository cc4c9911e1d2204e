#include "libfrag/archive/brace_pattern.h"

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

using Names = std::vector<std::string>;

TEST_CASE("a range of numbers keeps its leading zeros") {
  CHECK(expand_braces("t-{008..011}.tar") == Names{"t-008.tar", "t-009.tar", "t-010.tar", "t-011.tar"});
  CHECK(expand_braces("t-{8..11}.tar") == Names{"t-8.tar", "t-9.tar", "t-10.tar", "t-11.tar"});
  CHECK(expand_braces("{00..1}") == Names{"00", "01"});
}

TEST_CASE("several braces give every combination, the last one changing fastest") {
  CHECK(expand_braces("{b,a}/{0..1}.tar") == Names{"b/0.tar", "b/1.tar", "a/0.tar", "a/1.tar"});
  CHECK(expand_braces("a{,-more}.tar") == Names{"a.tar", "a-more.tar"});
}

TEST_CASE("a name without braces stands for itself") {
  CHECK(expand_braces("a..b,c.tar") == Names{"a..b,c.tar"});
}

TEST_CASE("a pattern that makes no sense is refused with one that does") {
  const auto pattern = GENERATE(as<std::string>{}, "{0..1", "0..1}", "{}", "{a}", "{{0..1},2}", "{3..1}",
                                "{a..c}", "{0..}", "{0..99999999999999999999}", "{0..1000000}",
                                "{0..9999}{0..9999}{0..9999}{0..9999}{0..9999}{0..9999}");
  const Error error = error_of([&] { expand_braces(pattern); });
  CHECK(error.code() == Errc::usage);
  CHECK_THAT(error.what(), Catch::Contains(pattern) && Catch::Contains("'train-{000000..000146}.tar'"));
}
