#include "libfrag/rounds/result_reader.h"

#include <catch2/catch.hpp>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/rounds/weights.h"

namespace frag::rounds {
namespace {

using Catch::Matchers::Contains;
using testing::TempDir;
using testing::Weights;

// Two matrices with a vector between them, a buffer and a counter.
Weights matrices() {
  return Weights()
      .floats("a", {0, 0, 0, 0, 0, 0})
      .shaped({2, 3})
      .floats("b", {0, 0})
      .floats("c", {0, 0, 0, 0})
      .shaped({2, 2})
      .floats("m", {0}, TensorKind::buffer)
      .shaped({1, 1})
      .counters("n", {0});
}

// What a sparse result holds besides the sparse tensors.
Weights dense_part() {
  return Weights().floats("b", {7, 8}).floats("m", {9}, TensorKind::buffer).shaped({1, 1}).counters("n", {5});
}

// A result on disk and the weights it belongs to.
struct OnDisk {
  OnDisk(const Weights& base, const Weights& result) : layout(parse_weights(base.file()).layout) {
    write_file_atomic(dir / "result", result.file());
  }

  std::vector<float> floats(const std::string& name) const {
    const ResultReader reader(dir / "result", layout);
    const TensorInfo* tensor = layout.find(name);
    std::vector<float> numbers(tensor->elements());
    reader.read(static_cast<std::size_t>(tensor - layout.tensors.data()), 0, std::span<float>(numbers));
    return numbers;
  }
  std::string refusal() const {
    try {
      const ResultReader reader(dir / "result", layout);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  TempDir dir;
  TensorLayout layout;
};

}  // namespace

TEST_CASE("halves are read as floats") {
  const OnDisk result(Weights().floats("w", {0, 0, 0}), Weights().halves("w", {1.5, -0.25, 65504}));
  CHECK(result.floats("w") == std::vector<float>{1.5, -0.25, 65504});
}

TEST_CASE("a sparse result is zero but where its indices are") {
  // Elements 0 to 5 are a's, 6 to 9 are c's.
  const OnDisk result(
      matrices(), dense_part().indices("sparse.indices", {1, 5, 6, 9}).floats("sparse.values", {1, 2, 3, 4}));
  CHECK(result.floats("a") == std::vector<float>{0, 1, 0, 0, 0, 2});
  CHECK(result.floats("b") == std::vector<float>{7, 8});
  CHECK(result.floats("c") == std::vector<float>{3, 0, 0, 4});
  CHECK(result.floats("m") == std::vector<float>{9});
}

TEST_CASE("a sparse result may hold no entry") {
  const OnDisk result(matrices(), dense_part().indices("sparse.indices", {}).floats("sparse.values", {}));
  CHECK(result.floats("c") == std::vector<float>{0, 0, 0, 0});
}

TEST_CASE("counters are read as they are") {
  const OnDisk result(matrices(), dense_part().indices("sparse.indices", {}).floats("sparse.values", {}));
  const ResultReader reader(result.dir / "result", result.layout);
  std::vector<std::int64_t> numbers(1);
  const TensorInfo* counter = result.layout.find("n");
  reader.read(static_cast<std::size_t>(counter - result.layout.tensors.data()), 0,
              std::span<std::int64_t>(numbers));
  CHECK(numbers[0] == 5);
}

TEST_CASE("any piece of a sparse or half result is that piece of the whole") {
  SplitMix64 random(3);
  constexpr std::size_t kRows = 300, kColumns = 101;
  std::vector<float> whole(kRows * kColumns);
  std::vector<std::int32_t> indices;
  std::vector<float> values;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (random.below(3) == 0) continue;
    whole[i] = static_cast<float>(random.below(2000)) - 1000;
    indices.push_back(static_cast<std::int32_t>(i));
    values.push_back(whole[i]);
  }
  const bool sparse = GENERATE(true, false);
  const Weights result = sparse ? Weights().indices("sparse.indices", indices).floats("sparse.values", values)
                                : Weights().halves("w", whole).shaped({kRows, kColumns});
  const OnDisk file(Weights().floats("w", whole).shaped({kRows, kColumns}), result);
  const ResultReader reader(file.dir / "result", file.layout);
  for (int trial = 0; trial < 50; ++trial) {
    const std::size_t first = random.below(whole.size());
    std::vector<float> piece(random.below(whole.size() - first) + 1);
    reader.read(0, first, std::span<float>(piece));
    REQUIRE(std::equal(piece.begin(), piece.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
  }
}

TEST_CASE("a result of other tensors than its base's is refused by the first difference") {
  const auto [result, reason] = GENERATE(table<Weights, std::string>({
      {dense_part().indices("sparse.indices", {1}), "\"sparse.values\" is missing"},
      {dense_part().floats("sparse.values", {1}), "\"sparse.indices\" is missing"},
      {dense_part().indices("sparse.indices", {1}).floats("sparse.values", {1, 2}), "lists of one length"},
      {dense_part().indices("sparse.indices", {1}).shaped({1, 1}).floats("sparse.values", {1}).shaped({1, 1}),
       "lists of one length"},
      {dense_part().floats("sparse.indices", {1}).floats("sparse.values", {1}), "is not I32"},
      {dense_part().indices("sparse.indices", {1}).halves("sparse.values", {1}), "not a parameter of F32"},
      {matrices().indices("sparse.indices", {1}).floats("sparse.values", {1}), "\"a\" is there beside"},
      {dense_part(), "\"a\" is missing"},
      {dense_part().indices("sparse.indices", {}).floats("sparse.values", {}).floats("sparse.more", {}),
       "\"sparse.more\" is not one of the weights"},
  }));
  const OnDisk file(matrices(), result);
  CHECK_THAT(file.refusal(), Contains(reason));
  CHECK_THAT(file.refusal(), Contains("result: "));
}

TEST_CASE("statistics do not travel as halves") {
  const OnDisk file(Weights().floats("m", {1}, TensorKind::buffer), Weights().halves("m", {1}));
  CHECK_THAT(file.refusal(), Contains("is F16, not F32"));
}

TEST_CASE("weights hold neither halves nor indices nor a result's names") {
  const auto [file, reason] = GENERATE(table<Weights, std::string>({
      {Weights().halves("w", {1}), "\"w\" is F16"},
      {Weights().indices("w", {1}), "\"w\" is I32"},
      {Weights().floats("sparse.values", {1}), "\"sparse.values\" has a name that only results have"},
      {Weights(), "no tensor"},
  }));
  CHECK_THAT(not_weights(parse_weights(file.file()).layout), Contains(reason));
}

}  // namespace frag::rounds
