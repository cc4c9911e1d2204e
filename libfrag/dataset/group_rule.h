// Which sources belong together, by their names. Immutable after construction; any thread.
#pragma once

#include <memory>
#include <string>

namespace frag {

// The group of a source by its name: the text of the expression's capture named "group", or of its first
// capture.
class GroupRule {
 public:
  // `expression` in RE2 syntax; empty: every source is its own group.
  explicit GroupRule(const std::string& expression);
  ~GroupRule();

  // True where there is an expression.
  bool is_given() const { return impl_ != nullptr; }
  // Errc::bad_input that names the source where the expression does not match.
  std::string group_of(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frag
