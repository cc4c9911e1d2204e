#include "server/tokens.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

TEST_CASE("a token is a line; comments and blank lines are none") {
  const test::TempDir dir;
  test::write_text(dir / "tokens", "# people\n\n alpha \r\nbeta\n#gamma\n");
  const Tokens tokens(dir / "tokens");
  for (const char* good : {"alpha", "beta"}) CHECK(tokens.allow(good));
  for (const char* bad : {"", "alph", "alphaa", "gamma", "#gamma", "# people"})
    CHECK_FALSE(tokens.allow(bad));
}

TEST_CASE("tokens are read again, and stay where the file went wrong") {
  const test::TempDir dir;
  test::write_text(dir / "tokens", "alpha\n");
  Tokens tokens(dir / "tokens");
  test::write_text(dir / "tokens", "two words\n");
  const Error error = error_of([&] { tokens.reload(); });
  CHECK(std::string(error.what()).find("tokens:1") != std::string::npos);
  CHECK(tokens.allow("alpha"));
  test::write_text(dir / "tokens", "beta\n");
  tokens.reload();
  CHECK_FALSE(tokens.allow("alpha"));
  CHECK(tokens.allow("beta"));
}

TEST_CASE("a file without a token is refused: it would shut everybody out") {
  const test::TempDir dir;
  test::write_text(dir / "tokens", "# none yet\n");
  CHECK(error_of([&] { Tokens(dir / "tokens"); }).code() == Errc::bad_input);
  CHECK(error_of([&] { Tokens(dir / "nowhere"); }).code() == Errc::not_found);
}
