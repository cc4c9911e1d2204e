// Answering with a part of some bytes: Range, If-Range, If-None-Match of RFC 9110, with strong content tags.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libfrag/http/message.h"

namespace frag::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

enum class RangeKind {
  all,   // no Range, one of another unit, a malformed one, or several: RFC 9110 lets us send everything
  part,  // one range that overlaps the content
  unsatisfiable,  // one well-formed range beyond the end
};

// Reads a Range header's value against content of `size` bytes; fills `range` for RangeKind::part.
RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange* range);

// Where a body belongs that is a piece of `total` bytes.
struct ContentRange {
  ByteRange range;  // at least one byte, within the total
  std::uint64_t total = 0;
};

// Reads the value of a Content-Range header, "bytes 0-99/1000"; nullopt where it is anything else, an unknown
// total included.
std::optional<ContentRange> parse_content_range(std::string_view header);

// A body that may be asked for in part.
struct Content {
  std::optional<std::uint64_t> size;  // absent: sent chunked, always whole
  std::string etag;                   // without quotes; equal contents have equal tags on every mirror
  std::string content_type;
  // Gives what writes these bytes. Called only where a body is sent: not for HEAD, 304 or 416. What it throws
  // is the answer. The range is {0, 0} where the size is not known.
  std::function<BodyWriter(const ByteRange&)> open;
};

// Content that is read at any offset.
using ReadAt = std::function<std::string(std::uint64_t offset, std::uint64_t count)>;
Content readable(std::uint64_t size, std::string etag, std::string content_type, ReadAt read);

// 200 with everything, 206 with the part asked for, 304 or 416.
Response serve(const Request& request, const Content& content);

}  // namespace frag::http
