// SIGINT and SIGTERM as something long work can ask about and a server can wait for.
//
// A second signal of the same kind ends the process at once, as people expect of Ctrl-C twice.
#pragma once

#include <chrono>

namespace frag {

// Installs the handlers; call once at the start of a program that stops cleanly. Also ignores SIGPIPE, so
// that a closed connection is an error of that connection.
void install_stop_handler();

// True once a stop was asked for.
bool stop_requested();

// Returns once a stop was asked for, or after `limit`; true in the first case.
bool wait_for_stop(std::chrono::milliseconds limit);

// Throws Error(Errc::interrupted) once a stop was asked for.
void throw_if_stopped();

}  // namespace frag
