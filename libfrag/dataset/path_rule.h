// What a source's path says of it: the captures of a regular expression.
//
// Immutable after construction; any number of threads may match.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frag {

// What was captured; a part that the expression does not name, or that took no part in the match, is empty.
struct PathParts {
  std::string class_name;
  std::string group;
  std::string split;
};

class PathRule {
 public:
  // `expression` in RE2 syntax, with captures named class, group and split, at least one of them. Errc::usage
  // that quotes it.
  explicit PathRule(const std::string& expression);
  ~PathRule();

  bool captures_class() const;

  // The parts of the first match in `name`; nothing where it does not match or where the class or the group
  // that it names comes out empty.
  std::optional<PathParts> match(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// True for what may stand in a table or path as a side of the split: train, val, test, fold0 to fold99.
bool is_split_name(std::string_view name);

}  // namespace frag
