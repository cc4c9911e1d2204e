// The one way to fail: every exception that leaves a room is an Error with an Errc.
//
// An Errc says what the caller can do about it; exit_status() is the one table from there to a process's
// status (docs/errors.md). Messages are for a person: they name the thing, its value with units, and the way
// out.
#pragma once

#include <stdexcept>
#include <string>

namespace frag {

enum class Errc {
  internal,     // a bug of ours: nothing the caller did
  usage,        // the command line or an argument is off
  bad_input,    // a file, recipe, table or message is not what it should be
  not_found,    // a named thing does not exist
  io,           // the disk or the network stack failed: full, unreadable, unwritable
  unavailable,  // a server did not answer, or none of several did
  refused,      // a server answered no: wrong token, another dataset, too late
  partial,      // done, but some inputs were left out; the report names them
  finding,      // an audit was made, and it found something: a leak across sides
  interrupted,  // SIGINT or SIGTERM: stopped where it can go on
};

class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Errc code() const { return code_; }

 private:
  Errc code_;
};

// The word for `code` in machine-readable output, for example "bad_input".
const char* name_of(Errc code);

// The process exit status of a program that ends with `code`; 0 is success and none of these.
int exit_status(Errc code);

// Throws Error(Errc::io) that names the path and errno's text: "write results.csv: No space left on device".
[[noreturn]] void throw_errno(const std::string& action, const std::string& path);

}  // namespace frag
