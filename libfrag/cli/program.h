// What all programs share: how they say their version and examples, and the one way from an exception to an
// exit status.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace frag {

// Prepares a program: --version, --help with `example` at its end.
void prepare(CLI::App& program, const std::string& example);

// A subcommand whose --help ends with `example`; set its callback to what it does.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example);

// Parses and runs the chosen command. Prints "PROGRAM: message" to standard error where something went wrong
// and returns the exit status of docs/errors.md.
int run_program(CLI::App& program, int argc, char** argv);

}  // namespace frag
