#include "trainer/patience.h"

#include <catch2/catch.hpp>

#include "libfrag/http/client.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// Fails so often, and then answers 7.
template <class Failure>
int asked_through(const Failure& failure, int times) {
  return Patience("somebody", std::chrono::seconds(0)).persist([&] {
    if (times-- > 0) throw failure;
    return 7;
  });
}

}  // namespace

TEST_CASE("who does not answer is given up when the limit has passed") {
  const Error silent(Errc::unavailable, "nobody there");
  const Error error = test::error_of([&] { asked_through(silent, 2); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string(error.what()).find("nobody there; gave up") == 0);
}

TEST_CASE("who answers that it is to be asked later is asked again, however long that lasts") {
  for (const int status : {429, 503, 507}) {
    const http::AnswerError later(Errc::unavailable, "busy", status, std::chrono::seconds(0));
    CHECK(asked_through(later, 3) == 7);
  }
}
