// Reading TOML with messages that name file and line, as every settings file here wants it. Pure functions.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/config_file.h"

namespace frag::trainer {

// `name` stands in messages. Errc::bad_input with file and line for what is not TOML.
toml::table parse_toml(std::string_view text, const std::string& name);

// "fit.toml:3"
std::string place_in(const std::string& name, const toml::source_region& source);

// What a table holds, in the order of the file; TOML's own order is that of the alphabet. Pointers into
// `table`.
std::vector<std::pair<const toml::key*, const toml::node*>> in_order(const toml::table& table);

// A setting of that key: a text, a number or a list of those, Errc::bad_input else.
ConfigEntry config_entry(const toml::key& key, const toml::node& node, const std::string& name);

// A text or a number; nullptr (JSON's) for any other value.
Json scalar_of(const toml::node& node);

// A scalar as it would stand on a command line.
std::string text_of(const Json& scalar);

}  // namespace frag::trainer
