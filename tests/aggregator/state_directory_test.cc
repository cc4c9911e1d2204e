#include "trainer/aggregator/state_directory.h"

#include <catch2/catch.hpp>

#include "libfrag/base/error.h"
#include "tests/rounds/weights.h"

namespace frag::aggregator {

using rounds::testing::TempDir;

TEST_CASE("a state directory is made where it is missing, and used by one at a time") {
  const TempDir dir;
  const StateDirectory first(dir / "a/b");
  try {
    const StateDirectory second(dir / "a/b");
    FAIL("opened twice");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::refused);
    CHECK_THAT(error.what(), Catch::Matchers::Contains("in use by another fragagg"));
  }
}

TEST_CASE("a state directory is free again when its user is gone") {
  const TempDir dir;
  { const StateDirectory first(dir.path()); }
  CHECK_NOTHROW(StateDirectory(dir.path()));
}

TEST_CASE("uploads that were under way are gone after a restart") {
  const TempDir dir;
  std::filesystem::path upload;
  {
    StateDirectory first(dir.path());
    upload = first.incoming();
    write_file_atomic(upload, "half");
  }
  const StateDirectory second(dir.path());
  CHECK_FALSE(std::filesystem::exists(upload));
}

TEST_CASE("every upload has a name of its own") {
  const TempDir dir;
  StateDirectory state(dir.path());
  CHECK(state.incoming() != state.incoming());
}

}  // namespace frag::aggregator
