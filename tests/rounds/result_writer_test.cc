#include "libfrag/rounds/result_writer.h"

#include <catch2/catch.hpp>

#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/result_reader.h"
#include "tests/rounds/weights.h"

using namespace frag;
using namespace frag::rounds;

namespace {

struct SmallModel {
  // Two matrices, whose order by offset is that of `names`, a vector, statistics and a counter.
  explicit SmallModel(const std::vector<std::string>& names) {
    std::vector<TensorInfo> tensors;
    std::string numbers(8, '\1');
    tensors.push_back({.name = "seen", .dtype = DType::i64, .kind = TensorKind::counter, .shape = {}});
    for (const std::string& name : names) tensors.push_back({.name = name, .shape = {2, 3}});
    tensors.push_back({.name = "bias", .shape = {3}});
    tensors.push_back({.name = "mean", .kind = TensorKind::buffer, .shape = {3}});
    for (std::size_t i = 0; i < 18; ++i) {
      const float value = static_cast<float>(i) + 0.1f;
      numbers.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    std::string head = make_header(tensors, {{"model", "tiny"}});
    weights = parse_weights(head + numbers);
  }
  WeightsFile weights;
};

const ResultReport kReport{.task = "1-2-0-1", .fragments = 60, .steps = 4, .loss = 0.5, .accuracy = 0.75};

std::vector<float> read_back(const testing::TempDir& dir, const TensorLayout& base, const std::string& file,
                             const std::string& tensor) {
  write_file_atomic(dir / "result.safetensors", file);
  const ResultReader reader(dir / "result.safetensors", base);
  for (std::size_t i = 0; i < base.tensors.size(); ++i) {
    if (base.tensors[i].name != tensor) continue;
    std::vector<float> numbers(base.tensors[i].elements());
    reader.read(i, 0, numbers);
    return numbers;
  }
  return {};
}

}  // namespace

TEST_CASE("a result in full holds its change to the bit, with report and card") {
  const WeightsFile change = SmallModel({"a", "b"}).weights;
  const WeightsFile result = parse_weights(write_result(change, kReport, Width::full));
  CHECK(result_report_from_json(result.layout.report) == kReport);
  CHECK(result.layout.card == change.layout.card);
  CHECK(layout_mismatch(result.layout, change.layout).empty());
  for (const TensorInfo& tensor : change.layout.tensors) {
    CHECK(tensor_bytes(result, *result.layout.find(tensor.name)) == tensor_bytes(change, tensor));
  }
}

TEST_CASE("a result in halves is read as the nearest halves; statistics and counters stay whole") {
  const testing::TempDir dir;
  const WeightsFile change = SmallModel({"a", "b"}).weights;
  const std::string file = write_result(change, kReport, Width::half);
  CHECK(file.size() < write_result(change, kReport, Width::full).size());
  CHECK(read_back(dir, change.layout, file, "a").at(1) == 1.099609375f);
  CHECK(read_back(dir, change.layout, file, "bias").at(0) == 12.1015625f);
  CHECK(read_back(dir, change.layout, file, "mean").at(0) == 15.1f);
  CHECK(check_result(dir / "result.safetensors", change.layout).fault.empty());
}

TEST_CASE("a sparse result counts through the base's tensors in the order of their offsets") {
  const testing::TempDir dir;
  const TensorLayout base = SmallModel({"b", "a"}).weights.layout;  // not as the change has them
  const WeightsFile change = SmallModel({"a", "b"}).weights;
  const std::vector<TensorInfo> tensors = sparse_parameters_of(base);
  REQUIRE(tensors.size() == 2);
  const std::vector<float> numbers = floats_of(change, tensors);
  CHECK(numbers.front() == 6.1f);
  const SparseChange sparse{.indices = {0, 7}, .values = {numbers[0], numbers[7]}};
  const std::string file = write_sparse_result(change, base, sparse, kReport);
  CHECK(read_back(dir, base, file, "b") == std::vector<float>{6.1f, 0, 0, 0, 0, 0});
  CHECK(read_back(dir, base, file, "a") == std::vector<float>{0, 1.1f, 0, 0, 0, 0});
  CHECK(read_back(dir, base, file, "bias") == std::vector<float>{12.1f, 13.1f, 14.1f});
  const ResultCheck check = check_result(dir / "result.safetensors", base);
  CHECK(check.fault.empty());
  CHECK(check.report == kReport);
}

TEST_CASE("a sparse result of nothing is a result") {
  const testing::TempDir dir;
  const WeightsFile change = SmallModel({"a", "b"}).weights;
  const std::string file = write_sparse_result(change, change.layout, {}, kReport);
  CHECK(read_back(dir, change.layout, file, "a") == std::vector<float>(6));
  CHECK(check_result(dir / "result.safetensors", change.layout).fault.empty());
}

TEST_CASE("numbers go back into the tensors that they came from") {
  const WeightsFile weights = SmallModel({"a", "b"}).weights;
  const std::vector<TensorInfo> tensors = parameters_of(weights.layout);
  std::vector<float> numbers = floats_of(weights, tensors);
  CHECK(numbers.size() == 15);
  CHECK(with_floats(weights, tensors, numbers).file == weights.file);
  numbers.back() = 9;
  CHECK(floats_of(with_floats(weights, tensors, numbers), tensors) == numbers);
}
