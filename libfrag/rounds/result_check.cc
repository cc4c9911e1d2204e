#include "libfrag/rounds/result_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/half.h"
#include "libfrag/rounds/result_reader.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::rounds {
namespace {

// A multiple of the lanes, so that an element's lane is its number modulo kLanes.
constexpr std::size_t kElementsAtOnce = std::size_t{1} << 16;
constexpr std::size_t kLanes = 8;
constexpr std::uint64_t kHeaderSlack = std::uint64_t{64} << 10;

class SquareSum {
 public:
  void add(std::span<const float> numbers) {
    const std::size_t whole = numbers.size() - numbers.size() % kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, numbers[i + lane]);
    }
    for (std::size_t i = whole; i < numbers.size(); ++i) add(i - whole, numbers[i]);
  }
  double total() const {
    double sum = 0;
    for (const double lane : lanes_) sum += lane;
    return sum;
  }

 private:
  void add(std::size_t lane, float number) {
    lanes_[lane] += static_cast<double>(number) * static_cast<double>(number);
  }
  std::array<double, kLanes> lanes_{};
};

// A result's file whose layout is known to fit, read piece by piece. Each step gives the fault it found.
class NumbersCheck {
 public:
  explicit NumbersCheck(const WeightsReader& file) : file_(file), bytes_(kElementsAtOnce * sizeof(float)) {
    for (const TensorInfo& tensor : file.layout().tensors) stored_[tensor.name] = &tensor;
  }

  std::string run(const TensorLayout& base) {
    for (const TensorInfo& tensor : base.tensors) {
      const auto found = stored_.find(tensor.name);
      if (found == stored_.end()) continue;  // it travels in the sparse ones
      if (std::string fault = floats(*found->second); !fault.empty()) return fault;
    }
    const auto sparse = stored_.find(kSparseValues);
    if (sparse == stored_.end()) return {};
    if (std::string fault = indices(*stored_.at(kSparseIndices), sparse_elements(base)); !fault.empty()) {
      return fault;
    }
    return floats(*sparse->second);
  }

  double norm() const { return std::sqrt(squares_); }

 private:
  // Finite, and of parameters into the norm. Integers are fine as they are.
  std::string floats(const TensorInfo& tensor) {
    if (tensor.dtype != DType::f32 && tensor.dtype != DType::f16) return {};
    SquareSum squares;
    for (std::uint64_t first = 0; first < tensor.elements(); first += kElementsAtOnce) {
      const std::span<const float> numbers = read_floats(tensor, first);
      const std::string_view bytes{reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
      if (const auto at = first_not_finite(bytes)) {
        return tensor_named(tensor.name) + " holds a number that is not finite, at element " +
               std::to_string(first + *at);
      }
      if (tensor.kind == TensorKind::parameter) squares.add(numbers);
    }
    squares_ += squares.total();
    return {};
  }

  std::string indices(const TensorInfo& tensor, std::uint64_t elements) {
    std::int64_t last = -1;
    for (std::uint64_t first = 0; first < tensor.elements(); first += kElementsAtOnce) {
      for (const std::int32_t index : read<std::int32_t>(tensor, first)) {
        if (index <= last || static_cast<std::uint64_t>(index) >= elements) {
          return tensor_named(tensor.name) + " holds " + std::to_string(index) + " after " +
                 std::to_string(last) + ": indices ascend from 0 on and stay below " +
                 std::to_string(elements);
        }
        last = index;
      }
    }
    return {};
  }

  std::span<const float> read_floats(const TensorInfo& tensor, std::uint64_t first) {
    if (tensor.dtype == DType::f32) return read<float>(tensor, first);
    const std::span<const std::uint16_t> halves = read<std::uint16_t>(tensor, first);
    widened_.resize(halves.size());
    floats_of_halves(halves, widened_);
    return widened_;
  }

  // The next elements, which stay until the next call.
  template <class Number>
  std::span<const Number> read(const TensorInfo& tensor, std::uint64_t first) {
    const std::size_t count = std::min<std::uint64_t>(kElementsAtOnce, tensor.elements() - first);
    file_.read_into(tensor, first, count, bytes_.data());
    // A vector's bytes come from operator new, which aligns them for any number.
    return {reinterpret_cast<const Number*>(bytes_.data()), count};
  }

  const WeightsReader& file_;
  std::map<std::string_view, const TensorInfo*> stored_;
  std::vector<char> bytes_;
  std::vector<float> widened_;
  double squares_ = 0;
};

// Why a sound result is not what was asked for; empty where it is.
std::string misfit(const ResultCheck& check, const Admission& admission) {
  const ResultReport& report = check.report;
  if (!report.task.empty() && report.task != admission.task) {
    return "the result says that it is of task " + report.task;
  }
  if (admission.fragments > 0 && static_cast<std::uint64_t>(report.fragments) > admission.fragments) {
    return "the result says that it is of " + std::to_string(report.fragments) + " fragments, and " +
           std::to_string(admission.fragments) + " were asked for";
  }
  if (admission.norm_limit > 0 && check.norm > admission.norm_limit) {
    return "the change has norm " + format_fixed(check.norm, 3) + ", and the job takes up to " +
           format_fixed(admission.norm_limit, 3);
  }
  return {};
}

// A header far longer than the weights' own holds what nobody asked for, and would be parsed before anything
// else of the file is looked at. Empty where it is of a fit length.
std::string header_fault(const std::filesystem::path& path, const TensorLayout& base) {
  const FileReader file(path);
  const std::uint64_t bytes = header_bytes(file.read(0, std::min<std::uint64_t>(file.size(), 8)));
  const std::uint64_t limit = header_limit(base);
  if (bytes <= limit) return {};
  return "the header has " + format_bytes(bytes) + ", and " + format_bytes(limit) +
         " are enough for a result of these weights";
}

}  // namespace

std::uint64_t header_limit(const TensorLayout& base) {
  const std::uint64_t own = base.tensors.empty() ? base.file_bytes : base.tensors.front().offset;
  return 2 * own + kHeaderSlack;
}

ResultCheck check_result(const std::filesystem::path& path, const TensorLayout& base) {
  ResultCheck check;
  try {
    check.fault = header_fault(path, base);
    if (!check.fault.empty()) return check;
    const WeightsReader file(path);
    check.fault = layout_mismatch(file.layout(), base);
    if (!check.fault.empty()) return check;
    check.report = result_report_from_json(file.layout().report);
    NumbersCheck numbers(file);
    check.fault = numbers.run(base);
    check.norm = numbers.norm();
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    check.fault = error.what();
  }
  return check;
}

ResultCheck check_result(const std::filesystem::path& path, const TensorLayout& base,
                         const Admission& admission) {
  ResultCheck check = check_result(path, base);
  if (check.fault.empty()) check.fault = misfit(check, admission);
  return check;
}

}  // namespace frag::rounds
