#include "libfrag/rounds/result_check.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/rounds/weights.h"

namespace frag::rounds {
namespace {

using Catch::Matchers::Contains;
using testing::TempDir;
using testing::Weights;

ResultCheck check_file(const Weights& result, const Weights& base) {
  const TempDir dir;
  write_file_atomic(dir / "result", result.file());
  return check_result(dir / "result", parse_weights(base.file()).layout);
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("the norm is of all parameters' changes together") {
  const auto base = Weights().floats("a", {0, 0}).floats("b", {0}).floats("m", {0}, TensorKind::buffer);
  // 2^2 + 3^2 + 6^2 = 7^2; the statistics' 100 does not count.
  const auto result = Weights().floats("b", {6}).floats("a", {2, -3}).floats("m", {100}, TensorKind::buffer);
  const ResultCheck check = check_file(result, base);
  CHECK(check.fault.empty());
  CHECK(check.norm == 7.0);
}

TEST_CASE("the norm of halves and of sparse numbers is that of the numbers") {
  const auto base = Weights().floats("a", {0, 0, 0, 0}).shaped({2, 2}).floats("b", {0});
  CHECK(check_file(Weights().halves("a", {0, 3, 0, 0}).shaped({2, 2}).halves("b", {4}), base).norm == 5.0);
  const auto sparse = Weights().floats("b", {4}).indices("sparse.indices", {1}).floats("sparse.values", {3});
  CHECK(check_file(sparse, base).norm == 5.0);
}

TEST_CASE("the norm is summed in eight sums in double") {
  SplitMix64 random(2);
  std::vector<float> values(200'003);
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  double sums[8] = {};
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[i % 8] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  CHECK(check_file(Weights().floats("w", values), Weights().floats("w", values)).norm == std::sqrt(total));
}

TEST_CASE("a result that cannot count is refused with the reason") {
  const auto base = Weights().floats("a", {0, 0, 0, 0}).shaped({2, 2}).floats("m", {0}, TensorKind::buffer);
  const auto rest = [] { return Weights().floats("m", {0}, TensorKind::buffer); };
  const auto [result, reason] = GENERATE_COPY(table<Weights, std::string>({
      {rest(), "\"a\" is missing"},
      {rest().floats("a", {1, 2, kNan, 4}).shaped({2, 2}),
       "\"a\" holds a number that is not finite, at element 2"},
      {rest().halves("a", {1, 1e9, 3, 4}).shaped({2, 2}), "not finite, at element 1"},
      {Weights().floats("a", {1, 2, 3, 4}).shaped({2, 2}).floats("m", {kNan}, TensorKind::buffer),
       "\"m\" holds a number that is not finite"},
      {rest().indices("sparse.indices", {0, 4}).floats("sparse.values", {1, 1}), "holds 4 after 0"},
      {rest().indices("sparse.indices", {-1}).floats("sparse.values", {1}), "holds -1 after -1"},
      {rest().indices("sparse.indices", {2, 2}).floats("sparse.values", {1, 1}), "holds 2 after 2"},
      {rest().indices("sparse.indices", {3, 1}).floats("sparse.values", {1, 1}), "holds 1 after 3"},
      {rest().indices("sparse.indices", {3}).floats("sparse.values", {kNan}),
       "\"sparse.values\" holds a number"},
      {rest().floats("a", {1, 2, 3, 4}).shaped({2, 2}).report({{"fragments", -1}}), "fragments"},
  }));
  CHECK_THAT(check_file(result, base).fault, Contains(reason));
}

TEST_CASE("a file that is no safetensors is a fault, one that is not there an error") {
  const TempDir dir;
  const TensorLayout base = parse_weights(Weights().floats("a", {0}).file()).layout;
  write_file_atomic(dir / "result", "nothing of the kind");
  CHECK_THAT(check_result(dir / "result", base).fault, Contains("safetensors"));
  CHECK_THROWS_AS(check_result(dir / "absent", base), Error);
}

TEST_CASE("a result is refused for another task, more fragments than were asked for, or too long a change") {
  const TempDir dir;
  const TensorLayout base = parse_weights(Weights().floats("a", {0, 0}).file()).layout;
  const auto report = Json{{"task", "1-2-3-4"}, {"fragments", 600}};
  write_file_atomic(dir / "result", Weights().floats("a", {3, 4}).report(report).file());
  const auto fault = [&](const Admission& admission) {
    return check_result(dir / "result", base, admission).fault;
  };
  CHECK(fault({"1-2-3-4", 0, 5.0, 600}).empty());
  CHECK(fault({"1-2-3-4", 0, 0, 0}).empty());
  CHECK_THAT(fault({"1-2-3-5", 0, 0, 0}), Contains("of task 1-2-3-4"));
  CHECK_THAT(fault({"1-2-3-4", 0, 0, 599}), Contains("of 600 fragments, and 599 were asked for"));
  CHECK_THAT(fault({"1-2-3-4", 0, 4.9, 600}), Contains("norm 5.000"));
}

TEST_CASE("a header much longer than the weights' own is a fault before it is parsed") {
  const auto base = Weights().floats("a", {0});
  const TensorLayout layout = parse_weights(base.file()).layout;
  const auto result_with = [&](std::size_t header) {
    std::string file(8, '\0');
    std::memcpy(file.data(), &header, 8);
    return file + std::string(header, ' ') + std::string(4, '\0');
  };
  const TempDir dir;
  write_file_atomic(dir / "result", result_with(header_limit(layout) - 8));
  CHECK_THAT(check_result(dir / "result", layout).fault, Contains("not JSON"));
  write_file_atomic(dir / "result", result_with(header_limit(layout) - 7));
  CHECK_THAT(check_result(dir / "result", layout).fault, Contains("are enough for a result"));
}

TEST_CASE("a result's report is what its worker said") {
  ResultReport report;
  report.task = "1-2-3-4";
  report.fragments = 600;
  report.loss = 0.5;
  const auto base = Weights().floats("a", {0});
  CHECK(check_file(Weights().floats("a", {1}).report(to_json(report)), base).report == report);
  CHECK(check_file(Weights().floats("a", {1}), base).report == ResultReport{});
}

}  // namespace frag::rounds
