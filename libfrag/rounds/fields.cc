#include "libfrag/rounds/fields.h"

#include <algorithm>

#include "libfrag/base/error.h"

namespace frag::rounds {
namespace {

constexpr std::size_t kTextLimit = 4096;

}  // namespace

Fields::Fields(const Json& object, std::string what) : object_(object), what_(std::move(what)) {
  if (!object_.is_object()) throw Error(Errc::bad_input, what_ + ": not a JSON object");
}

void Fields::refuse_others(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Error(Errc::bad_input, what_ + ": unknown key \"" + key + "\"");
    }
  }
}

const Json& Fields::at(const char* key) const {
  if (!has(key)) fail(key, "is missing");
  return object_.at(key);
}

std::string Fields::text(const char* key) const {
  const Json& value = at(key);
  if (!value.is_string()) fail(key, "must be text");
  if (value.get_ref<const std::string&>().size() > kTextLimit) fail(key, "is too long");
  return value.get<std::string>();
}

std::string Fields::filled_text(const char* key) const {
  std::string value = text(key);
  if (value.empty()) fail(key, "must not be empty");
  return value;
}

std::vector<std::string> Fields::texts(const char* key) const {
  const Json& value = at(key);
  if (!value.is_array()) fail(key, "must be a list of text");
  std::vector<std::string> list;
  for (const Json& entry : value) {
    if (!entry.is_string()) fail(key, "must be a list of text");
    list.push_back(entry.get<std::string>());
  }
  return list;
}

std::string Fields::digest(const char* key) const {
  std::string digits = text(key);
  const bool hex = std::all_of(digits.begin(), digits.end(),
                               [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (digits.size() != 64 || !hex) fail(key, "must be 64 hexadecimal digits, in lower case");
  return digits;
}

std::size_t Fields::position(const char* key, const std::vector<std::string>& words) const {
  const std::string given = text(key);
  const auto found = std::find(words.begin(), words.end(), given);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "\"" : ", \"") + word + "\"";
  fail(key, "must be one of " + list);
}

bool Fields::truth(const char* key) const {
  const Json& value = at(key);
  if (!value.is_boolean()) fail(key, "must be true or false");
  return value.get<bool>();
}

std::int64_t Fields::integer(const char* key, std::int64_t least, std::int64_t most) const {
  const Json& value = at(key);
  const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest;
  if (!value.is_number_integer() || too_large || value.get<std::int64_t>() < least ||
      value.get<std::int64_t>() > most) {
    fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value.get<std::int64_t>();
}

double Fields::number(const char* key, double least, double most) const {
  const Json& value = at(key);
  if (!value.is_number()) fail(key, "must be a number");
  const double number = value.get<double>();
  if (!(number >= least && number <= most)) {
    fail(key, "must be from " + Json(least).dump() + " to " + Json(most).dump());
  }
  return number;
}

void Fields::fail(const char* key, const std::string& why) const {
  throw Error(Errc::bad_input, what_ + ": key \"" + key + "\" " + why);
}

}  // namespace frag::rounds
