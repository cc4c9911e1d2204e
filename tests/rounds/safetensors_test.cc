#include "libfrag/rounds/safetensors.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/rounds/weights.h"

namespace frag::rounds {
namespace {

using testing::Weights;

// A file with this header text and `data` bytes of zeros behind it.
std::string raw(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data, '\0');
}

std::string why_refused(const std::string& file) {
  try {
    parse_weights(file);
    return "";
  } catch (const Error& error) {
    CHECK(error.code() == Errc::bad_input);
    return error.what();
  }
}

std::string frag_metadata(const std::string& text) {
  return R"("__metadata__":{"frag":)" + Json(text).dump() + "}";
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a card keeps the order of its keys, and may have very many") {
  Json::object_t entries;
  for (int i = 200'000; i > 0; --i) entries.push_back({std::to_string(i), i});
  const Json card(std::move(entries));
  CHECK(parse_weights(Weights().floats("w", {1}).card(card).file()).layout.card.dump() == card.dump());
}

TEST_CASE("a message names a tensor on one line, and a long name by its beginning") {
  CHECK(tensor_named("a\nb") == "tensor \"a b\"");
  CHECK(tensor_named(std::string(100000, 'x')).size() < 150);
}

TEST_CASE("what make_header describes, parse_weights finds again") {
  const auto file = parse_weights(Weights()
                                      .floats("b.weight", {1, 2, 3})
                                      .counters("a.count", {7})
                                      .floats("c.mean", {0.5}, TensorKind::buffer)
                                      .card({{"model", "small"}, {"classes", {"x", "y"}}, {"a", 1}})
                                      .file());
  CHECK(testing::numbers<float>(file, "b.weight") == std::vector<float>{1, 2, 3});
  CHECK(testing::numbers<std::int64_t>(file, "a.count") == std::vector<std::int64_t>{7});
  CHECK(file.layout.find("c.mean")->kind == TensorKind::buffer);
  CHECK(file.layout.card.dump() == R"({"model":"small","classes":["x","y"],"a":1})");
}

TEST_CASE("each tensor lies at a multiple of its element's size") {
  const auto file = parse_weights(Weights().floats("odd", {1, 2, 3}).counters("wide", {1, 2}).file());
  CHECK(file.layout.find("wide")->offset % 8 == 0);
  CHECK(file.layout.find("odd")->offset % 4 == 0);
}

TEST_CASE("a scalar has one element and an empty side none") {
  const auto file = parse_weights(raw(R"({"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                                      R"("e":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]}})",
                                      4));
  CHECK(file.layout.find("s")->elements() == 1);
  CHECK(file.layout.find("e")->elements() == 0);
}

TEST_CASE("a file without our metadata has parameters and counters by type") {
  const auto file = parse_weights(raw(R"({"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
                                      R"("f":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
                                      12));
  CHECK(file.layout.find("f")->kind == TensorKind::parameter);
  CHECK(file.layout.find("i")->kind == TensorKind::counter);
}

TEST_CASE("tensors are given by offset, whatever the header's order") {
  const auto file = parse_weights(raw(R"({"z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                                      8));
  CHECK(file.layout.tensors[0].name == "z");
  CHECK(file.layout.tensors[1].name == "a");
}

TEST_CASE("malformed files are refused with the reason") {
  const auto [file, reason] = GENERATE(table<std::string, std::string>({
      {"1234567", "shorter than its own length"},
      {std::string(8, '\xff'), "over 16 MiB"},
      {raw("{}", 0).substr(0, 9), "ends within its header"},
      {raw("{", 0), "not JSON"},
      {raw("[]", 0), "not an object"},
      {raw("{}", 1), "longer than its tensors"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3), "outside the file"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4), "outside the file"},
      {raw(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "not what its shape"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), "gap or overlaps"},
      {raw(R"({"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", 4), "dtype"},
      {raw(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "whole number"},
      {raw(R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4), "whole number"},
      {raw(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}})", 0),
       "too large"},
      {raw(R"({"a":{"dtype":"F32","shape":[1]}})", 4), "data_offsets"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", 4), "unknown key"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
           R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
           4),
       "gap or overlaps"},
      {raw(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
           R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
           4),
       "twice"},
      {raw("{" + frag_metadata(R"({"kinds":{"a":"parameter"}})") + "}", 0), "no tensor"},
      {raw("{" + frag_metadata(R"({"kinds":[]})") + "}", 0), "not an object"},
      {raw("{" + frag_metadata("[") + "}", 0), "not JSON"},
      {raw(R"({"__metadata__":{"x":1}})", 0), "other than text"},
      {raw("{" + frag_metadata(R"({"kinds":{"a":"sum"}})") +
               R"(,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
           4),
       "unknown kind"},
      {raw("{" + frag_metadata(R"({"kinds":{"a":"counter"}})") +
               R"(,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
           4),
       "counter of F32"},
  }));
  CHECK_THAT(why_refused(file), Contains(reason));
}

TEST_CASE("a header nested a hundred thousand deep is refused, not followed") {
  const std::string deep = std::string(100000, '[');
  CHECK_THAT(why_refused(raw("{\"a\":" + deep, 0)), Contains("nested"));
}

TEST_CASE("no prefix of a good file is a good file") {
  const std::string file = Weights().floats("a", {1, 2}).counters("n", {3}).file();
  for (std::size_t length = 0; length < file.size(); ++length) {
    REQUIRE_FALSE(why_refused(file.substr(0, length)).empty());
  }
}

TEST_CASE("a result fits weights of the same tensors in any order") {
  const auto base = parse_weights(Weights().floats("a", {1, 2}).floats("b", {3}).file());
  const auto result = parse_weights(Weights().floats("b", {0}).floats("a", {0, 0}).file());
  CHECK(layout_mismatch(result.layout, base.layout) == "");
}

TEST_CASE("a result that does not fit is refused by the first difference") {
  const auto base = parse_weights(Weights().floats("a", {1, 2}).counters("n", {3}).file());
  const auto [result, reason] = GENERATE_COPY(table<Weights, std::string>({
      {Weights().floats("a", {1, 2}), "\"n\" is missing"},
      {Weights().floats("a", {1}).counters("n", {3}), "has shape [1], not [2]"},
      {Weights().floats("a", {1, 2}).floats("n", {3}), "is F32, not I64"},
      {Weights().floats("a", {1, 2}, TensorKind::buffer).counters("n", {3}), "is a buffer, not a parameter"},
      {Weights().floats("a", {1, 2}).counters("n", {3}).floats("z", {1}), "\"z\" is not one of the weights"},
  }));
  CHECK_THAT(layout_mismatch(parse_weights(result.file()).layout, base.layout), Contains(reason));
}

TEST_CASE("a number that is not finite is found at any place") {
  std::vector<float> values(10000, std::numeric_limits<float>::max());
  const std::size_t place = GENERATE(0u, 1u, 4095u, 4096u, 9999u);
  values[place] = -std::numeric_limits<float>::infinity();
  const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  CHECK(first_not_finite(bytes) == place);
}

}  // namespace frag::rounds
