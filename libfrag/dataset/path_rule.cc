#include "libfrag/dataset/path_rule.h"

#include <re2/re2.h>

#include <array>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

enum Part { kClassPart, kGroupPart, kSplitPart, kParts };
constexpr std::array<std::string_view, kParts> kPartNames = {"class", "group", "split"};

}  // namespace

struct PathRule::Impl {
  explicit Impl(const std::string& text) : expression(text, RE2::Quiet) {}

  RE2 expression;
  std::array<std::size_t, kParts> capture{};  // the number of each part's capture, 0 for none
};

PathRule::PathRule(const std::string& expression) : impl_(std::make_unique<Impl>(expression)) {
  const auto fail = [&expression](const std::string& why) {
    throw Error(Errc::usage, "labels.expression = \"" + expression + "\" " + why);
  };
  if (!impl_->expression.ok()) fail("is no regular expression: " + impl_->expression.error());
  const auto& named = impl_->expression.NamedCapturingGroups();
  for (const auto& [name, number] : named) {
    bool known = false;
    for (std::size_t part = 0; part < kParts; ++part) {
      if (name != kPartNames[part]) continue;
      impl_->capture[part] = static_cast<std::size_t>(number);
      known = true;
    }
    if (!known) fail("captures \"" + name + "\"; a path has a class, a group and a split");
  }
  if (named.empty()) {
    fail("captures nothing by name; mark what it finds as in (?P<class>[^/]+) or (?P<group>patient-\\d+)");
  }
}
PathRule::~PathRule() = default;

bool PathRule::captures_class() const {
  return impl_->capture[kClassPart] != 0;
}

std::optional<PathParts> PathRule::match(std::string_view name) const {
  const RE2& expression = impl_->expression;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
  const re2::StringPiece text(name.data(), name.size());
  if (!expression.Match(text, 0, text.size(), RE2::UNANCHORED, found.data(),
                        static_cast<int>(found.size()))) {
    return std::nullopt;
  }
  const auto part = [&](Part which) {
    const std::size_t capture = impl_->capture[which];
    return capture == 0 ? std::string() : std::string(found[capture].data(), found[capture].size());
  };
  PathParts parts{part(kClassPart), part(kGroupPart), part(kSplitPart)};
  const bool no_class = impl_->capture[kClassPart] != 0 && parts.class_name.empty();
  const bool no_group = impl_->capture[kGroupPart] != 0 && parts.group.empty();
  if (no_class || no_group) return std::nullopt;
  return parts;
}

bool is_split_name(std::string_view name) {
  if (name == "train" || name == "val" || name == "test") return true;
  if (!name.starts_with("fold")) return false;
  const auto number = parse_integer(name.substr(4));
  // fold07 would be another side than fold7.
  return number && *number >= 0 && *number < 100 && name.substr(4) == std::to_string(*number);
}

}  // namespace frag
