// Small weights for the tests of rounds: named tensors with their numbers, as a safetensors file.
#pragma once

#include <unistd.h>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/rounds/half.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds::testing {

// A directory that is gone with the object.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frag-rounds-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw_errno("create", pattern);
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Tensors in the order they were added, one-dimensional unless a shape is given.
class Weights {
 public:
  Weights& floats(const std::string& name, const std::vector<float>& numbers,
                  TensorKind kind = TensorKind::parameter) {
    return add(name, DType::f32, kind, numbers.data(), numbers.size(), sizeof(float));
  }
  Weights& counters(const std::string& name, const std::vector<std::int64_t>& numbers) {
    return add(name, DType::i64, TensorKind::counter, numbers.data(), numbers.size(), sizeof(std::int64_t));
  }
  Weights& halves(const std::string& name, const std::vector<float>& numbers) {
    std::vector<std::uint16_t> halves(numbers.size());
    halves_of_floats(numbers, halves);
    return add(name, DType::f16, TensorKind::parameter, halves.data(), halves.size(), sizeof(std::uint16_t));
  }
  Weights& indices(const std::string& name, const std::vector<std::int32_t>& numbers) {
    return add(name, DType::i32, TensorKind::index, numbers.data(), numbers.size(), sizeof(std::int32_t));
  }
  // Of the tensor added last.
  Weights& shaped(std::vector<std::int64_t> shape) {
    entries_.back().info.shape = std::move(shape);
    return *this;
  }
  Weights& report(Json report) {
    report_ = std::move(report);
    return *this;
  }
  Weights& card(Json card) {
    card_ = std::move(card);
    return *this;
  }

  std::string file() const {
    std::vector<TensorInfo> tensors;
    for (const auto& entry : entries_) tensors.push_back(entry.info);
    std::string bytes = make_header(tensors, card_, report_);
    for (const TensorInfo& tensor : tensors) {
      for (const auto& entry : entries_) {
        if (entry.info.name == tensor.name) bytes += entry.bytes;
      }
    }
    return bytes;
  }

 private:
  struct Entry {
    TensorInfo info;
    std::string bytes;
  };

  Weights& add(const std::string& name, DType dtype, TensorKind kind, const void* numbers, std::size_t count,
               std::size_t width) {
    TensorInfo info;
    info.name = name;
    info.dtype = dtype;
    info.kind = kind;
    info.shape = {static_cast<std::int64_t>(count)};
    entries_.push_back({info, std::string(static_cast<const char*>(numbers), count * width)});
    return *this;
  }

  std::vector<Entry> entries_;
  Json card_;
  Json report_;
};

// The numbers of one tensor of a file in memory.
template <class Number>
std::vector<Number> numbers(const WeightsFile& weights, const std::string& name) {
  const std::string_view bytes = tensor_bytes(weights, *weights.layout.find(name));
  std::vector<Number> values(bytes.size() / sizeof(Number));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace frag::rounds::testing
