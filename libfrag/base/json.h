// JSON as every room uses it: keys keep their order, and a missing or mistyped key is an Error that names it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "libfrag/base/error.h"

// Compiled once, in json.cc: it is much of what a file that uses JSON would compile. So is the parser, behind
// the functions below.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace frag {

using Json = nlohmann::ordered_json;

// Parses `text`; Errc::bad_input that names `what` and the byte where it went wrong.
Json parse_json(std::string_view text, const std::string& what);

// The same for what need not be JSON: a value that is_discarded() where it is not.
Json parse_if_json(std::string_view text);

// Throws where an integer is written as another kind of number or does not fit T: the library itself would
// convert it.
template <class T>
void require_exact(const Json& value) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    const bool fits = value.is_number_unsigned()
                          ? std::in_range<T>(value.get<std::uint64_t>())
                          : value.is_number_integer() && std::in_range<T>(value.get<std::int64_t>());
    if (!fits) throw Json::type_error::create(302, "not an integer of that range", nullptr);
  }
}

// object[key] as T; Errc::bad_input that names `what` and the key where it is missing or of another type.
template <class T>
T json_get(const Json& object, const char* key, const std::string& what) {
  try {
    const Json& value = object.at(key);
    require_exact<T>(value);
    return value.get<T>();
  } catch (const Json::exception&) {
    throw Error(Errc::bad_input, what + ": key \"" + key + "\" is missing or of the wrong type");
  }
}

// The same, with `fallback` where the key is missing; of another type it is still an error.
template <class T>
T json_get_or(const Json& object, const char* key, T fallback, const std::string& what) {
  return object.is_object() && object.contains(key) ? json_get<T>(object, key, what) : fallback;
}

}  // namespace frag
