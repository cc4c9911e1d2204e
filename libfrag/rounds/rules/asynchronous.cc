#include "libfrag/rounds/rules/asynchronous.h"

#include "libfrag/base/error.h"

namespace frag::rounds {

AsynchronousRule::AsynchronousRule(std::vector<double> weights, double divisor, double rate,
                                   std::int64_t nodes)
    : change_(weights, divisor),
      statistics_(weights),
      rate_(rate),
      share_(std::min(1.0, static_cast<double>(weights.size()) / static_cast<double>(nodes))) {}

void AsynchronousRule::parameter(const Block<float>& block) const {
  change_.each(block, [&](std::size_t i, double change) {
    block.next[i] = to_float(static_cast<double>(block.base[i]) - rate_ * change);
  });
}

void AsynchronousRule::buffer(const Block<float>& block) const {
  statistics_.each(block, [&](std::size_t i, double value) {
    const auto old = static_cast<double>(block.base[i]);
    block.next[i] = to_float(old + share_ * (value - old));
  });
}

void AsynchronousRule::counter(const Block<std::int64_t>& block) const {
  for (std::size_t i = 0; i < block.next.size(); ++i) {
    std::int64_t largest = block.base[i];
    for (const std::span<const std::int64_t> result : block.results) largest = std::max(largest, result[i]);
    block.next[i] = largest;
  }
}

std::unique_ptr<Rule> make_one_result_rule(const Step& step, double divisor, double rate) {
  if (step.contributions.size() != 1) throw Error(Errc::internal, "this rule takes one result a step");
  return std::make_unique<AsynchronousRule>(std::vector{1.0}, divisor, rate, step.nodes);
}

}  // namespace frag::rounds
