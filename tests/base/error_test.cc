#include "libfrag/base/error.h"

#include <catch2/catch.hpp>
#include <set>

#include "libfrag/base/file.h"

using namespace frag;

namespace {
constexpr Errc kAll[] = {Errc::internal, Errc::usage,       Errc::bad_input, Errc::not_found,
                         Errc::io,       Errc::unavailable, Errc::refused,   Errc::partial,
                         Errc::finding,  Errc::interrupted};
}

TEST_CASE("every kind of error has an exit status of its own, and none is success") {
  std::set<int> statuses;
  for (const Errc code : kAll) statuses.insert(exit_status(code));
  CHECK(statuses.size() == std::size(kAll));
  CHECK(statuses.count(0) == 0);
}

TEST_CASE("docs/errors.md shows the table of exit statuses as it is") {
  const std::string page = read_file(FRAG_SOURCE_DIR "/docs/errors.md");
  for (const Errc code : kAll) {
    const std::string row = "| " + std::to_string(exit_status(code)) + " | `" + name_of(code) + "` |";
    INFO(row);
    CHECK(page.find(row) != std::string::npos);
  }
}
