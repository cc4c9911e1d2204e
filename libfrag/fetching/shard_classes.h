// Which class is which number, from what the samples of tars say one by one.
//
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace frag {

// Numbers come from KEY.cls, names from pack.json or KEY.json. Where samples have names only, the names get
// numbers in the order of the alphabet; where they have numbers only, the numbers are the names.
class ShardClasses {
 public:
  // `names` are all there are, by number; none: the samples say.
  explicit ShardClasses(std::vector<std::string> names);

  // The number of a sample's class, to be led through final_numbers() once all are known. One of `number` and
  // `name` is there. Errc::bad_input that begins with `what` where it contradicts the samples before.
  std::uint32_t add(std::optional<std::uint32_t> number, const std::string& name, const std::string& what);

  // The names, by number. Errc::bad_input where two numbers have one name.
  std::vector<std::string> names() const;
  // What becomes of the numbers that add() gave; empty where they stay.
  std::vector<std::uint32_t> final_numbers() const;

 private:
  const std::vector<std::string> stated_;
  std::optional<bool> numbered_;                // whether the samples have numbers
  std::map<std::uint32_t, std::string> names_;  // by the number that add() gave; "" where none was said
  std::map<std::string, std::uint32_t> first_;  // of classes by name only: the numbers that add() gave
};

}  // namespace frag
