// A program's flags out of a TOML file, for programs that run for long: each key is a flag's name.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace frag {

// Gives every key of the file to the option of that name, as `add` adds them to a program: a flag's without
// its dashes, an argument's as it is. Values are texts, whole numbers and lists of texts. What a key does not
// say stays. "help", "version" and "config" are no keys. Errc::bad_input that names file, line and key where
// one is unknown, of another type, or out of its range; Errc::not_found.
void read_config(const std::string& file, const std::string& program,
                 const std::function<void(CLI::App&)>& add);

}  // namespace frag
