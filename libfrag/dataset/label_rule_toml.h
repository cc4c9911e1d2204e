// The table [labels] of a recipe, as toml++ reads it. Only for who includes toml++ already.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "libfrag/dataset/label_rule.h"

namespace frag {

// Validated. Errc::bad_input with `file`, line and column.
LabelRule label_rule_from_toml(const toml::table& table, const std::string& file);

}  // namespace frag
