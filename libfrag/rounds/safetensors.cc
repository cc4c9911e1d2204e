#include "libfrag/rounds/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag::rounds {
namespace {

static_assert(std::endian::native == std::endian::little,
              "weights are read and written as they lie in memory");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kHeaderLimit = std::uint64_t{16} << 20;
constexpr std::uint64_t kElementsLimit = std::uint64_t{1} << 48;
constexpr int kDepthLimit = 16;
constexpr std::size_t kNameBytes = 120;  // of a name in a message: a stranger's may have any length
constexpr char kMetadata[] = "__metadata__";

// The usual container looks a name up by walking before it appends it, which a stranger's header of a hundred
// thousand names would make us pay for. This one only appends: parse_strict() sees to it that names differ.
template <class Key, class T, class Less, class Allocator>
struct AppendedMap : nlohmann::ordered_map<Key, T, Less, Allocator> {
  using nlohmann::ordered_map<Key, T, Less, Allocator>::ordered_map;
  T& operator[](const Key& key) { return this->emplace_back(key, T{}).second; }
};
using HeaderJson = nlohmann::basic_json<AppendedMap>;

[[noreturn]] void bad(const std::string& why) {
  throw Error(Errc::bad_input, "safetensors: " + why);
}

// In their enum's order.
constexpr const char* kDTypeNames[] = {"F32", "I64", "F16", "I32"};
constexpr std::uint64_t kDTypeWidths[] = {4, 8, 2, 4};
constexpr TensorKind kDTypeKinds[] = {TensorKind::parameter, TensorKind::counter, TensorKind::parameter,
                                      TensorKind::index};

TensorKind default_kind(DType dtype) {
  return kDTypeKinds[static_cast<std::size_t>(dtype)];
}

// Buffers are floats, as parameters are; every other kind has a type of its own.
bool goes_with(TensorKind kind, DType dtype) {
  return kind == TensorKind::buffer ? dtype == DType::f32 : kind == default_kind(dtype);
}

// Before it is parsed, so that a tower of brackets is never built.
void check_depth(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++at;
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kDepthLimit) bad("the header is nested too deeply");
  }
}

void check_names(const HeaderJson& value) {
  if (!value.is_structured()) return;
  std::set<std::string> names;
  for (const auto& [name, entry] : value.items()) {
    if (value.is_object() && !names.insert(name).second) bad("the header names \"" + name + "\" twice");
    check_names(entry);
  }
}

// JSON in which no object names a key twice: two readers must not see two different files in one.
HeaderJson parse_strict(std::string_view text) {
  check_depth(text);
  try {
    HeaderJson parsed = HeaderJson::parse(text);
    check_names(parsed);
    return parsed;
  } catch (const HeaderJson::exception&) {
    bad("the header is not JSON");
  }
}

std::uint64_t unsigned_of(const HeaderJson& value, const std::string& what) {
  if (!value.is_number_unsigned()) bad(what + " is not a whole number of 0 or more");
  return value.get<std::uint64_t>();
}

const HeaderJson& member(const HeaderJson& object, const char* key, const std::string& what) {
  const auto found = object.find(key);
  if (found == object.end()) bad(what + " has no \"" + key + "\"");
  return *found;
}

DType dtype_of(const HeaderJson& value, const std::string& what) {
  for (const DType dtype : {DType::f32, DType::i64, DType::f16, DType::i32}) {
    if (value == name_of(dtype)) return dtype;
  }
  bad(what + " has a dtype other than F32, I64, F16 and I32");
}

std::vector<std::int64_t> shape_of(const HeaderJson& value, const std::string& what) {
  if (!value.is_array()) bad(what + " has a shape that is not a list");
  std::vector<std::int64_t> shape;
  std::uint64_t elements = 1;
  for (const HeaderJson& entry : value) {
    const std::uint64_t side = unsigned_of(entry, what + "'s shape");
    if (side > kElementsLimit || (side != 0 && elements > kElementsLimit / side)) bad(what + " is too large");
    elements *= side;
    shape.push_back(static_cast<std::int64_t>(side));
  }
  return shape;
}

TensorInfo tensor_of(const std::string& name, const HeaderJson& entry, std::uint64_t data_start,
                     std::uint64_t file_bytes) {
  const std::string what = tensor_named(name);
  if (!entry.is_object()) bad(what + " is not an object");
  for (const auto& [key, value] : entry.items()) {
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      bad(what + " has an unknown key \"" + key + "\"");
  }
  TensorInfo tensor;
  tensor.name = name;
  tensor.dtype = dtype_of(member(entry, "dtype", what), what);
  tensor.kind = default_kind(tensor.dtype);
  tensor.shape = shape_of(member(entry, "shape", what), what);
  const HeaderJson& offsets = member(entry, "data_offsets", what);
  if (!offsets.is_array() || offsets.size() != 2) bad(what + " has data_offsets that are not a pair");
  const std::uint64_t begin = unsigned_of(offsets[0], what + "'s offset");
  const std::uint64_t end = unsigned_of(offsets[1], what + "'s offset");
  if (begin > end || end > file_bytes - data_start) bad(what + " lies outside the file");
  tensor.offset = data_start + begin;
  tensor.bytes = end - begin;
  if (tensor.bytes != tensor.elements() * width_of(tensor.dtype)) {
    bad(what + " has " + std::to_string(tensor.bytes) + " bytes, not what its shape " +
        shape_text(tensor.shape) + " needs");
  }
  return tensor;
}

// Sorts by offset and checks that the tensors fill the file from `data_start` to its end.
void order_and_check(TensorLayout& layout, std::uint64_t data_start) {
  std::stable_sort(layout.tensors.begin(), layout.tensors.end(),
                   [](const TensorInfo& a, const TensorInfo& b) {
                     return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
                   });
  std::uint64_t expected = data_start;
  for (const TensorInfo& tensor : layout.tensors) {
    if (tensor.offset != expected) bad(tensor_named(tensor.name) + " leaves a gap or overlaps another");
    expected += tensor.bytes;
  }
  if (expected != layout.file_bytes) bad("the file is longer than its tensors");
}

void set_kind(TensorInfo& tensor, const HeaderJson& value) {
  for (const TensorKind kind :
       {TensorKind::parameter, TensorKind::buffer, TensorKind::counter, TensorKind::index}) {
    if (value == name_of(kind)) {
      tensor.kind = kind;
      if (!goes_with(kind, tensor.dtype)) {
        bad(tensor_named(tensor.name) + " is a " + name_of(kind) + " of " + name_of(tensor.dtype));
      }
      return;
    }
  }
  bad(tensor_named(tensor.name) + " has an unknown kind");
}

void read_kinds(TensorLayout& layout, const HeaderJson& kinds) {
  if (!kinds.is_object()) bad("\"kinds\" is not an object");
  std::map<std::string_view, TensorInfo*> by_name;
  for (TensorInfo& tensor : layout.tensors) by_name[tensor.name] = &tensor;
  for (const auto& [name, value] : kinds.items()) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) bad("\"kinds\" names \"" + name + "\", which is no tensor");
    set_kind(*found->second, value);
  }
}

// Our own entry of the metadata.
void read_metadata(TensorLayout& layout, const HeaderJson& metadata) {
  if (!metadata.is_object()) bad("__metadata__ is not an object");
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) bad("__metadata__ holds something other than text under \"" + key + "\"");
  }
  const auto ours = metadata.find("frag");
  if (ours == metadata.end()) return;
  const HeaderJson parsed = parse_strict(ours->get_ref<const std::string&>());
  if (!parsed.is_object()) bad("the metadata \"frag\" is not an object");
  const auto end = parsed.end();
  if (const auto kinds = parsed.find("kinds"); kinds != end) read_kinds(layout, *kinds);
  if (const auto card = parsed.find("card"); card != end) layout.card = Json(*card);
  if (const auto report = parsed.find("report"); report != end) layout.report = Json(*report);
}

}  // namespace

std::string tensor_named(std::string_view name) {
  return "tensor \"" + one_line(name, kNameBytes) + "\"";
}

const char* name_of(DType dtype) {
  return kDTypeNames[static_cast<std::size_t>(dtype)];
}

std::uint64_t width_of(DType dtype) {
  return kDTypeWidths[static_cast<std::size_t>(dtype)];
}

const char* name_of(TensorKind kind) {
  switch (kind) {
    case TensorKind::parameter:
      return "parameter";
    case TensorKind::buffer:
      return "buffer";
    case TensorKind::counter:
      return "counter";
    case TensorKind::index:
      return "index";
  }
  return "?";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t side : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
  return text + "]";
}

std::uint64_t TensorInfo::elements() const {
  std::uint64_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::uint64_t>(side);
  return count;
}

const TensorInfo* TensorLayout::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorInfo& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::uint64_t header_bytes(std::string_view first_eight) {
  if (first_eight.size() < kLengthBytes) bad("the file is shorter than its own length field");
  std::uint64_t length = 0;
  std::memcpy(&length, first_eight.data(), sizeof length);
  if (length > kHeaderLimit) bad("the header would be over 16 MiB: this is another kind of file");
  return kLengthBytes + length;
}

TensorLayout parse_layout(std::string_view head, std::uint64_t file_bytes) {
  const std::uint64_t data_start = header_bytes(head);
  if (data_start > file_bytes || data_start > head.size()) bad("the file ends within its header");
  const HeaderJson header = parse_strict(head.substr(kLengthBytes, data_start - kLengthBytes));
  if (!header.is_object()) bad("the header is not an object");
  TensorLayout layout;
  layout.file_bytes = file_bytes;
  for (const auto& [name, entry] : header.items()) {
    if (name != kMetadata) layout.tensors.push_back(tensor_of(name, entry, data_start, file_bytes));
  }
  order_and_check(layout, data_start);
  if (const auto metadata = header.find(kMetadata); metadata != header.end())
    read_metadata(layout, *metadata);
  return layout;
}

std::string make_header(std::vector<TensorInfo>& tensors, const Json& card, const Json& report) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return width_of(a.dtype) > width_of(b.dtype);
  });
  Json::object_t entries;
  Json kinds = Json::object();
  std::set<std::string_view> names;
  std::uint64_t position = 0;
  for (TensorInfo& tensor : tensors) {
    if (tensor.name == kMetadata || !names.insert(tensor.name).second)
      bad(tensor_named(tensor.name) + " cannot be stored");
    tensor.bytes = tensor.elements() * width_of(tensor.dtype);
    tensor.offset = position;
    position += tensor.bytes;
    // std::vector's push_back, not the ordered map's lookup: the names are known to differ.
    entries.push_back({tensor.name, Json{{"dtype", name_of(tensor.dtype)},
                                         {"shape", tensor.shape},
                                         {"data_offsets", {tensor.offset, position}}}});
    kinds[tensor.name] = name_of(tensor.kind);
  }
  Json ours{{"kinds", std::move(kinds)}, {"card", card}};
  if (!report.is_null()) ours["report"] = report;
  Json header{{kMetadata, {{"frag", ours.dump()}}}};
  for (auto& entry : entries) header.get_ref<Json::object_t&>().push_back(std::move(entry));
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  for (TensorInfo& tensor : tensors) tensor.offset += kLengthBytes + length;
  std::string head(kLengthBytes, '\0');
  std::memcpy(head.data(), &length, sizeof length);
  return head + text;
}

WeightsFile parse_weights(std::string file) {
  TensorLayout layout = parse_layout(file, file.size());
  return {std::move(file), std::move(layout)};
}

std::string_view tensor_bytes(const WeightsFile& weights, const TensorInfo& tensor) {
  return std::string_view(weights.file).substr(tensor.offset, tensor.bytes);
}

}  // namespace frag::rounds
