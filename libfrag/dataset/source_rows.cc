#include "libfrag/dataset/source_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::value;

std::string text_of(value& in) {
  return std::string(std::string_view(in));
}

template <class Integer>
Integer integer_of(value& in, const char* key) {
  const auto number = std::int64_t(in);
  if (!std::in_range<Integer>(number))
    throw Error(Errc::bad_input, std::string("\"") + key + "\" is out of range");
  return static_cast<Integer>(number);
}

// [a, b, ...] of exactly `count` whole numbers.
std::vector<std::int64_t> numbers_of(value& in, std::size_t count, const char* key) {
  std::vector<std::int64_t> numbers;
  for (auto item : array(in)) numbers.push_back(std::int64_t(item));
  if (numbers.size() != count)
    throw Error(Errc::bad_input,
                std::string("\"") + key + "\" has not " + std::to_string(count) + " numbers");
  return numbers;
}

std::vector<KeptClass> kept_of(value& in) {
  std::vector<KeptClass> kept;
  for (auto item : array(in)) {
    value list = item.value();
    const auto numbers = numbers_of(list, 3, "kept");
    if (numbers[0] < 0 || numbers[0] >= kNoClass || numbers[1] < 0 || numbers[2] < 0)
      throw Error(Errc::bad_input, "\"kept\" is out of range");
    kept.push_back({static_cast<std::uint32_t>(numbers[0]), static_cast<std::uint64_t>(numbers[1]),
                    static_cast<std::uint64_t>(numbers[2])});
  }
  return kept;
}

// A row under construction: the source, and what is compared but not kept.
struct Row {
  Source source;
  std::size_t id = 0;
};

struct RowKey {
  std::string_view name;
  bool required;
  void (*read)(value& in, Row& row);
};

// In the order in which lines are written, which makes reading them one comparison a key.
constexpr RowKey kRowKeys[] = {
    {"id", true, [](value& in, Row& row) { row.id = integer_of<std::size_t>(in, "id"); }},
    {"name", true, [](value& in, Row& row) { row.source.name = text_of(in); }},
    {"class", true,
     [](value& in, Row& row) {
       row.source.class_number = in.is_null() ? kNoClass : integer_of<std::uint32_t>(in, "class");
     }},
    {"group", true, [](value& in, Row& row) { row.source.group = text_of(in); }},
    {"split", true, [](value& in, Row& row) { row.source.split = text_of(in); }},
    {"file", true, [](value& in, Row& row) { row.source.file.name = text_of(in); }},
    {"page", false, [](value& in, Row& row) { row.source.page = integer_of<std::uint32_t>(in, "page"); }},
    {"level", false, [](value& in, Row& row) { row.source.level = integer_of<std::uint8_t>(in, "level"); }},
    {"box", false,
     [](value& in, Row& row) {
       const auto box = numbers_of(in, 4, "box");
       row.source.box = Box{box[0], box[1], box[2], box[3]};
     }},
    {"width", true, [](value& in, Row& row) { row.source.width = std::int64_t(in); }},
    {"height", true, [](value& in, Row& row) { row.source.height = std::int64_t(in); }},
    {"channels", true, [](value& in, Row& row) { row.source.channels = std::int64_t(in); }},
    {"bits", true, [](value& in, Row& row) { row.source.bits = integer_of<int>(in, "bits"); }},
    {"stretch", false,
     [](value& in, Row& row) {
       const auto levels = numbers_of(in, 2, "stretch");
       if (levels[0] < 0 || levels[0] > levels[1] || levels[1] > 65535)
         throw Error(Errc::bad_input, "\"stretch\" is out of range");
       row.source.stretch =
           Stretch{static_cast<std::uint16_t>(levels[0]), static_cast<std::uint16_t>(levels[1])};
     }},
    {"sha256", true, [](value& in, Row& row) { row.source.file.sha256 = text_of(in); }},
    {"pixels", true, [](value& in, Row& row) { row.source.pixels = text_of(in); }},
    {"shard", true,
     [](value& in, Row& row) {
       row.source.file.shard = in.is_null() ? kNoShard : integer_of<std::uint32_t>(in, "shard");
     }},
    {"offset", true, [](value& in, Row& row) { row.source.file.offset = std::uint64_t(in); }},
    {"bytes", true, [](value& in, Row& row) { row.source.file.bytes = std::uint64_t(in); }},
    {"first_fragment", true, [](value& in, Row& row) { row.source.first_fragment = std::uint64_t(in); }},
    {"fragments", true, [](value& in, Row& row) { row.source.fragments = std::uint64_t(in); }},
    {"kept", false, [](value& in, Row& row) { row.source.kept = kept_of(in); }},
};
constexpr std::size_t kRowKeyCount = std::size(kRowKeys);

// Reads one row; keys may come in any order, unknown ones are passed over, a missing one throws.
template <class Document>
void read_row(Document&& document, Row& row) {
  std::uint32_t seen = 0;
  std::size_t expected = 0;
  for (auto field : document.get_object()) {
    const std::string_view name = field.unescaped_key();
    std::size_t at = expected;
    while (at < kRowKeyCount && kRowKeys[at].name != name) ++at;
    if (at == kRowKeyCount) {
      for (at = 0; at < expected && kRowKeys[at].name != name;) ++at;
      if (at == expected) continue;
    }
    value in = field.value();
    kRowKeys[at].read(in, row);
    seen |= 1u << at;
    expected = at + 1;
  }
  for (std::size_t i = 0; i < kRowKeyCount; ++i) {
    if (kRowKeys[i].required && (seen >> i & 1) == 0)
      throw Error(Errc::bad_input, "\"" + std::string(kRowKeys[i].name) + "\" is missing");
  }
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Errc::bad_input, why);
}

void check_pixels(const Source& source) {
  if ((source.channels != 1 && source.channels != 3)) refuse("\"channels\" is neither 1 nor 3");
  if (source.bits != 8 && !(source.bits == 16 && source.channels == 1))
    refuse("\"bits\" is neither 8 nor, of grey, 16");
  if (source.width < 1 || source.height < 1 || source.width > kMaxEdge || source.height > kMaxEdge)
    refuse("\"width\" or \"height\" is out of range");
  if (!source.box) return;
  const Box& box = *source.box;
  const auto inside = [](std::int64_t from, std::int64_t length) {
    return from >= 0 && length >= 1 && from <= kMaxEdge && length <= kMaxEdge;
  };
  if (!inside(box.x, box.width) || !inside(box.y, box.height)) refuse("\"box\" is out of range");
}

void check_place(const SourceFile& file, const Tables& tables) {
  if (file.shard == kNoShard) {
    if (tables.in_place.empty()) refuse("\"shard\" is null in a dataset that has a store");
    return;
  }
  if (file.shard >= tables.shards.size() || file.bytes > tables.shards[file.shard].bytes ||
      file.offset > tables.shards[file.shard].bytes - file.bytes) {
    refuse("\"shard\", \"offset\" and \"bytes\" lie outside the store");
  }
}

void check_classes(const Source& source, const Tables& tables) {
  if (source.class_number != kNoClass && source.class_number >= tables.classes.size())
    refuse("\"class\" has no name");
  std::vector<FragmentBits> bitmaps;
  std::int64_t before = -1;
  for (const KeptClass& kept : source.kept) {
    if (kept.class_number >= tables.classes.size() || kept.class_number <= before)
      refuse("\"kept\" names a class twice, out of order, or without a name");
    before = kept.class_number;
    bitmaps.push_back(tables.labels->view(kept.offset, source.fragments));
    const FragmentBits& bits = bitmaps.back();
    if (bits.count() != kept.count) refuse("\"kept\" does not agree with the labels");
    if (std::any_of(bitmaps.begin(), bitmaps.end() - 1, [&](const auto& other) { return bits.meets(other); }))
      refuse("\"kept\" gives a fragment two classes");
  }
}

// Cuts what comes into pieces of whole lines, with the room behind them that simdjson wants.
class LineReader {
 public:
  explicit LineReader(const TextSource& source) : source_(source), buffer_(kPiece, '\0') {}

  // The next piece, empty at the end.
  std::string_view next() {
    std::memmove(buffer_.data(), buffer_.data() + taken_, filled_ - taken_);
    filled_ -= taken_;
    taken_ = 0;
    for (;;) {
      const std::size_t room = buffer_.size() - simdjson::SIMDJSON_PADDING - filled_;
      if (room == 0) buffer_.resize(buffer_.size() * 2);
      const std::size_t got = room == 0 ? 0 : source_(buffer_.data() + filled_, room);
      filled_ += got;
      if (room == 0) continue;
      const std::size_t newline = std::string_view(buffer_.data(), filled_).rfind('\n');
      if (got == 0 || (newline != std::string_view::npos && filled_ > kPiece / 2)) {
        taken_ = got == 0 ? filled_ : newline + 1;
        return {buffer_.data(), taken_};
      }
    }
  }
  std::size_t capacity() const { return buffer_.size(); }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 18;
  const TextSource& source_;
  std::string buffer_;
  std::size_t filled_ = 0;
  std::size_t taken_ = 0;
};

void read_piece(simdjson::ondemand::parser& parser, std::string_view piece, std::size_t capacity,
                Tables& tables) {
  simdjson::ondemand::document_stream rows =
      parser.iterate_many(piece.data(), piece.size(), std::max<std::size_t>(capacity, piece.size() + 64));
  for (auto document : rows) {
    Row row;
    read_row(document.value(), row);
    if (row.id != tables.sources.size()) refuse("\"id\" is not " + std::to_string(tables.sources.size()));
    if (row.source.split.empty()) refuse("\"split\" is empty");
    check_pixels(row.source);
    check_place(row.source.file, tables);
    check_classes(row.source, tables);
    if (row.source.first_fragment != tables.sources.total_fragments())
      refuse("\"first_fragment\" does not follow the row before");
    tables.sources.push_back(row.source);
  }
}

}  // namespace

std::string source_line(const Source& source, std::size_t id) {
  Json row = {{"id", id},
              {"name", source.name},
              {"class", source.class_number == kNoClass ? Json(nullptr) : Json(source.class_number)},
              {"group", source.group},
              {"split", source.split},
              {"file", source.file.name}};
  if (source.page != 0) row["page"] = source.page;
  if (source.level != 0) row["level"] = source.level;
  if (source.box) row["box"] = {source.box->x, source.box->y, source.box->width, source.box->height};
  row["width"] = source.width;
  row["height"] = source.height;
  row["channels"] = source.channels;
  row["bits"] = source.bits;
  if (source.stretch) row["stretch"] = {source.stretch->low, source.stretch->high};
  row["sha256"] = source.file.sha256;
  row["pixels"] = source.pixels;
  row["shard"] = source.file.shard == kNoShard ? Json(nullptr) : Json(source.file.shard);
  row["offset"] = source.file.offset;
  row["bytes"] = source.file.bytes;
  row["first_fragment"] = source.first_fragment;
  row["fragments"] = source.fragments;
  if (!source.kept.empty()) {
    Json& list = row["kept"] = Json::array();
    for (const KeptClass& kept : source.kept)
      list.push_back(Json::array({kept.class_number, kept.count, kept.offset}));
  }
  return row.dump() + "\n";
}

Source source_from_line(std::string_view line) {
  try {
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(line);
    simdjson::ondemand::document document = parser.iterate(padded);
    Row row;
    read_row(document, row);
    return row.source;
  } catch (const simdjson::simdjson_error& error) {
    throw Error(Errc::bad_input, error.what());
  }
}

std::string read_source_rows(const TextSource& jsonl, Tables& tables) {
  simdjson::ondemand::parser parser;
  Sha256 digest;
  LineReader lines(jsonl);
  const auto fail = [&tables](const std::string& why) {
    throw Error(Errc::bad_input,
                std::string(kSourcesFile) + ":" + std::to_string(tables.sources.size() + 1) + ": " + why);
  };
  try {
    for (std::string_view piece = lines.next(); !piece.empty(); piece = lines.next()) {
      digest.update(piece);
      read_piece(parser, piece, lines.capacity(), tables);
    }
  } catch (const simdjson::simdjson_error& error) {
    fail(error.what());
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    fail(error.what());
  }
  return digest.hex();
}

}  // namespace frag
