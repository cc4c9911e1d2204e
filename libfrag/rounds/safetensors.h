// Weights as safetensors: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
//
// The layout is the one that Python's `safetensors` describes. What we add lives in "__metadata__": "frag"
// holds a JSON text {"kinds": {NAME: "parameter"|"buffer"|"counter"}, "card": {...}, "report": {...}}; a
// tensor without a kind is a parameter where it holds floats and a counter where it holds integers, and no
// other pairing is allowed. Reading is strict (no gaps or overlaps, sizes that match shapes, no name twice),
// because files come from strangers.
//
// All functions are pure and may be called from any thread. Numbers are little-endian, as the host's must be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::rounds {

enum class TensorKind {
  parameter,  // travels as its change, averaged
  buffer,     // statistics: travels absolute, plain mean
  counter,    // integers: travels absolute, maximum
  index,      // of a sparse result: where its numbers belong
};

// Weights hold f32 and i64; f16 and i32 are for results on their way (result_reader.h).
enum class DType { f32, i64, f16, i32 };

// The words that files use: "F32", "parameter". And a shape as people read it: "[64, 3, 3]".
const char* name_of(DType dtype);
std::uint64_t width_of(DType dtype);  // bytes
const char* name_of(TensorKind kind);
std::string shape_text(const std::vector<std::int64_t>& shape);

struct TensorInfo {
  std::string name;
  DType dtype = DType::f32;
  TensorKind kind = TensorKind::parameter;
  std::vector<std::int64_t> shape;  // [] is a scalar: one element
  std::uint64_t offset = 0;         // of its first byte, from the start of the file
  std::uint64_t bytes = 0;

  std::uint64_t elements() const;
};

// What a file holds, without its numbers.
struct TensorLayout {
  std::vector<TensorInfo> tensors;  // by offset
  Json card;                        // what the model is; null where the file does not say
  Json report;                      // of a result, how it came to be; null where the file does not say
  std::uint64_t file_bytes = 0;

  const TensorInfo* find(std::string_view name) const;  // nullptr where absent
};

// The bytes that come before the tensors, read from a file's first eight; Errc::bad_input where there are
// fewer than eight, or where the header would be over 16 MiB.
std::uint64_t header_bytes(std::string_view first_eight);

// Parses the header of a file of `file_bytes` bytes of which `head` holds at least the header;
// Errc::bad_input with the reason where it is malformed. Headers over 16 MiB are refused.
TensorLayout parse_layout(std::string_view head, std::uint64_t file_bytes);

// The bytes of a header for these tensors; fills in every tensor's offset and bytes. Sorts `tensors` (i64
// first, else their order is kept), because the format has no gaps and each tensor must lie at a multiple of
// its element's size: write the numbers in the vector's order afterwards.
std::string make_header(std::vector<TensorInfo>& tensors, const Json& card, const Json& report = nullptr);

// A whole file in memory, and one tensor's numbers in it (a view into `file`).
struct WeightsFile {
  std::string file;
  TensorLayout layout;
};
WeightsFile parse_weights(std::string file);
std::string_view tensor_bytes(const WeightsFile& weights, const TensorInfo& tensor);

// As messages name a tensor: on one line, and a long name by its beginning.
std::string tensor_named(std::string_view name);

// The position of the first number that is NaN or infinite among little-endian floats; nullopt where all are
// finite.
std::optional<std::uint64_t> first_not_finite(std::string_view floats);

// Why a file laid out so cannot be weights (it has no tensor, or one that only results have); empty where it
// can.
std::string not_weights(const TensorLayout& layout);

// Why a file laid out as `result` cannot be added to weights laid out as `base` (names, shapes, types or
// kinds; result_reader.h says which go together); empty where it can.
std::string layout_mismatch(const TensorLayout& result, const TensorLayout& base);

}  // namespace frag::rounds
