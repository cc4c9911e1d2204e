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

// Something that can be read in pieces.
struct Content {
  std::uint64_t size = 0;
  std::string etag;  // without quotes; equal contents have equal tags on every mirror
  std::string content_type;
  std::function<std::string(std::uint64_t offset, std::uint64_t count)> read;
};

// 200 with everything, 206 with the part asked for, 304 or 416.
Response serve(const Request& request, const Content& content);

}  // namespace frag::http
