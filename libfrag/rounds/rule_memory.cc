#include "libfrag/rounds/rule_memory.h"

#include <algorithm>

#include "libfrag/base/error.h"

namespace frag::rounds {

MemoryLayout::MemoryLayout(const std::vector<std::string>& names, const TensorLayout& base) {
  for (const TensorInfo& tensor : base.tensors) {
    first.push_back(tensors.size());
    if (tensor.kind != TensorKind::parameter) continue;
    for (const std::string& name : names) {
      TensorInfo& memory = tensors.emplace_back(tensor);
      memory.name = name + "." + tensor.name;
    }
  }
  header = make_header(tensors, nullptr);
  file_bytes = tensors.empty() ? header.size() : tensors.back().offset + tensors.back().bytes;
}

RuleMemory::RuleMemory(const std::vector<std::string>& names, const TensorLayout& base,
                       const std::filesystem::path& last, const std::filesystem::path& next)
    : count_(names.size()), layout_(names, base), next_(next) {
  if (!last.empty() && last_.emplace(last).header() != layout_.header) {
    throw Error(Errc::bad_input,
                last.filename().string() + ": is not what this rule remembers of these weights");
  }
  next_.resize(layout_.file_bytes);
  next_.write_at(0, layout_.header);
}

void RuleMemory::read(std::size_t t, std::size_t m, std::uint64_t first, std::span<float> numbers) const {
  if (!last_) {
    std::fill(numbers.begin(), numbers.end(), 0.0f);
    return;
  }
  last_->read_into(layout_.tensors[layout_.first[t] + m], first, numbers.size(),
                   reinterpret_cast<char*>(numbers.data()));
}

void RuleMemory::write(std::size_t t, std::size_t m, std::uint64_t first,
                       std::span<const float> numbers) const {
  next_.write_at(layout_.tensors[layout_.first[t] + m].offset + first * sizeof(float),
                 {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}

void RuleMemory::commit() {
  next_.commit();
}

}  // namespace frag::rounds
