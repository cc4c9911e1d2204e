// The keys of one JSON object from a stranger, read strictly: no number from a boolean, no integer from a
// fraction. Every fault is Errc::bad_input that names the object and the key.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::rounds {

class Fields {
 public:
  // `object` must outlive this; `what` is how messages name it.
  Fields(const Json& object, std::string what);

  void refuse_others(std::initializer_list<std::string_view> known) const;

  bool has(const char* key) const { return object_.contains(key); }
  const Json& at(const char* key) const;

  std::string text(const char* key) const;
  std::string filled_text(const char* key) const;
  std::vector<std::string> texts(const char* key) const;
  // A SHA-256.
  std::string digest(const char* key) const;
  // The position of one of `words`.
  template <class Enum, std::size_t count>
  Enum word(const char* key, const char* const (&words)[count]) const {
    return static_cast<Enum>(position(key, {words, words + count}));
  }
  bool truth(const char* key) const;
  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most) const;
  std::int64_t count(const char* key) const { return integer(key, 0, kLargest); }
  double number(const char* key, double least, double most) const;

  [[noreturn]] void fail(const char* key, const std::string& why) const;

  static constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

 private:
  std::size_t position(const char* key, const std::vector<std::string>& words) const;

  const Json& object_;
  const std::string what_;
};

}  // namespace frag::rounds
