#include "libfrag/http/ranges.h"

#include <algorithm>
#include <charconv>

#include "libfrag/base/text.h"

namespace frag::http {
namespace {

constexpr std::uint64_t kReadBytes = 1 << 20;

// Digits only, within 64 bits.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// True where the header's list holds the tag, or is "*".
bool names_tag(std::string_view list, const std::string& quoted) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view one = trimmed(list.substr(0, comma));
    if (one.substr(0, 2) == "W/") one.remove_prefix(2);  // If-None-Match compares weakly
    if (one == "*" || one == quoted) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange* range) {
  static constexpr std::string_view kUnit = "bytes=";
  if (header.substr(0, kUnit.size()) != kUnit || header.find(',') != std::string_view::npos)
    return RangeKind::all;
  const std::string_view spec = trimmed(header.substr(kUnit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return RangeKind::all;
  const std::string_view from = spec.substr(0, dash), to = spec.substr(dash + 1);
  if (from.empty()) {  // the last N bytes
    const auto suffix = parse_position(to);
    if (!suffix) return RangeKind::all;
    if (*suffix == 0 || size == 0) return RangeKind::unsatisfiable;
    *range = {size - std::min(*suffix, size), std::min(*suffix, size)};
    return RangeKind::part;
  }
  const auto first = parse_position(from);
  const auto last = to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : parse_position(to);
  if (!first || !last || *last < *first) return RangeKind::all;
  if (*first >= size) return RangeKind::unsatisfiable;
  *range = {*first, std::min(*last, size - 1) - *first + 1};
  return RangeKind::part;
}

std::optional<ContentRange> parse_content_range(std::string_view header) {
  static constexpr std::string_view kUnit = "bytes ";
  const std::size_t slash = header.find('/');
  const std::size_t dash = header.find('-');
  if (header.substr(0, kUnit.size()) != kUnit || slash == std::string_view::npos || dash > slash)
    return std::nullopt;
  const auto first = parse_position(header.substr(kUnit.size(), dash - kUnit.size()));
  const auto last = parse_position(header.substr(dash + 1, slash - dash - 1));
  const auto total = parse_position(header.substr(slash + 1));
  if (!first || !last || !total || *last < *first || *last >= *total) return std::nullopt;
  return ContentRange{{*first, *last - *first + 1}, *total};
}

Content readable(std::uint64_t size, std::string etag, std::string content_type, ReadAt read) {
  const auto open = [read = std::move(read)](const ByteRange& range) -> BodyWriter {
    return [read, range](const Sink& sink) {
      for (std::uint64_t done = 0; done < range.count;) {
        const std::uint64_t piece = std::min(kReadBytes, range.count - done);
        sink(read(range.first + done, piece));
        done += piece;
      }
    };
  };
  return {size, std::move(etag), std::move(content_type), open};
}

namespace {

Response beyond_the_end(std::uint64_t size) {
  Response refusal =
      Response::problem(416, "the range lies beyond the end of " + std::to_string(size) + " bytes");
  refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
  return refusal;
}

// The part of the content that is asked for; all of it where its size is not known.
RangeKind asked_range(const Request& request, const Content& content, const std::string& quoted,
                      ByteRange* range) {
  if (!content.size || request.header("if-range").value_or(quoted) != quoted) return RangeKind::all;
  return parse_range(request.header("range").value_or(""), *content.size, range);
}

}  // namespace

Response serve(const Request& request, const Content& content) {
  const std::string quoted = "\"" + content.etag + "\"";
  Response response;
  response.headers = {{"Content-Type", content.content_type},
                      {"ETag", quoted},
                      {"Accept-Ranges", content.size ? "bytes" : "none"}};
  if (names_tag(request.header("if-none-match").value_or(""), quoted)) {
    response.status = 304;
    return response;
  }
  ByteRange range{0, content.size.value_or(0)};
  const RangeKind kind = asked_range(request, content, quoted, &range);
  if (kind == RangeKind::unsatisfiable) return beyond_the_end(*content.size);
  if (kind == RangeKind::part) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                       std::to_string(range.first + range.count - 1) + "/" +
                                                       std::to_string(*content.size));
  }
  if (content.size) response.stream_length = range.count;
  response.stream = request.method == "HEAD" ? [](const Sink&) {} : content.open(range);
  return response;
}

}  // namespace frag::http
