#include "libfrag/dataset/group_rule.h"

#include <re2/re2.h>

#include <vector>

#include "libfrag/base/error.h"

namespace frag {

struct GroupRule::Impl {
  explicit Impl(const std::string& text)
      : expression(text, RE2::Quiet), captures(expression.NumberOfCapturingGroups()) {
    const auto named = expression.NamedCapturingGroups().find("group");
    if (named != expression.NamedCapturingGroups().end()) wanted = named->second;
  }
  RE2 expression;
  int captures;
  int wanted = 1;
};

GroupRule::GroupRule(const std::string& expression) {
  if (!expression.empty()) impl_ = std::make_unique<Impl>(expression);
}
GroupRule::~GroupRule() = default;

std::string GroupRule::group_of(const std::string& name) const {
  if (!impl_) return name;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(impl_->captures) + 1);
  if (!impl_->expression.Match(name, 0, name.size(), RE2::UNANCHORED, found.data(),
                               static_cast<int>(found.size())) ||
      found[static_cast<std::size_t>(impl_->wanted)].empty()) {
    throw Error(Errc::bad_input, "source " + name + " has no group: \"" + impl_->expression.pattern() +
                                     "\" does not match its path");
  }
  return std::string(found[static_cast<std::size_t>(impl_->wanted)]);
}

}  // namespace frag
