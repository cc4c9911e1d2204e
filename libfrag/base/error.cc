#include "libfrag/base/error.h"

#include <cerrno>
#include <system_error>

namespace frag {
namespace {

struct Row {
  Errc code;
  const char* name;
  int status;
};

// docs/errors.md shows this table; a test holds the two together.
constexpr Row kTable[] = {
    {Errc::internal, "internal", 1},
    {Errc::usage, "usage", 2},
    {Errc::bad_input, "bad_input", 3},
    {Errc::not_found, "not_found", 4},
    {Errc::io, "io", 5},
    {Errc::unavailable, "unavailable", 6},
    {Errc::refused, "refused", 7},
    {Errc::partial, "partial", 8},
    {Errc::finding, "finding", 9},
    {Errc::interrupted, "interrupted", 130},
};

const Row& row_of(Errc code) {
  for (const Row& row : kTable) {
    if (row.code == code) return row;
  }
  return kTable[0];
}

}  // namespace

const char* name_of(Errc code) {
  return row_of(code).name;
}

int exit_status(Errc code) {
  return row_of(code).status;
}

void throw_errno(const std::string& action, const std::string& path) {
  throw Error(Errc::io, action + " " + path + ": " + std::generic_category().message(errno));
}

}  // namespace frag
