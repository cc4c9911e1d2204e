// JSON as every room uses it: keys keep their order, and a missing or mistyped key is an Error that names it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "libfrag/base/error.h"

namespace frag {

using Json = nlohmann::ordered_json;

// Parses `text`; Errc::bad_input that names `what` and the byte where it went wrong.
Json parse_json(std::string_view text, const std::string& what);

// object[key] as T; Errc::bad_input that names `what` and the key where it is missing or of another type.
template <class T>
T json_get(const Json& object, const char* key, const std::string& what) {
  try {
    return object.at(key).get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Error(Errc::bad_input, what + ": key \"" + key + "\" is missing or of the wrong type");
  }
}

// The same, with `fallback` where the key is missing; of another type it is still an error.
template <class T>
T json_get_or(const Json& object, const char* key, T fallback, const std::string& what) {
  return object.is_object() && object.contains(key) ? json_get<T>(object, key, what) : fallback;
}

}  // namespace frag
