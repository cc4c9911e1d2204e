// The parts of a request that we read ourselves: paths, ranges, queries, samples. Lines: path, Range, then
// NAME=VALUE; and the whole as a query.
#include <map>

#include "libfrag/base/text.h"
#include "libfrag/http/query.h"
#include "libfrag/http/ranges.h"
#include "libfrag/http/router.h"
#include "libfrag/sampling/sample_spec.h"
#include "tests/fuzz/fuzz.h"

namespace {

// What is decoded never grows, and a path never holds a zero byte.
void decode(std::string_view bytes, const std::string& path) {
  try {
    for (const auto& [name, value] : frag::http::parse_query(bytes)) {
      if (name.size() + value.size() > bytes.size()) __builtin_trap();
    }
    frag::sample_spec_from_query(frag::http::parse_query(bytes), {"dataset", "format", "skip", "limit"});
  } catch (const frag::Error&) {
  }
  try {
    const std::string decoded = frag::http::path_decode(path);
    if (decoded.size() > path.size() || decoded.find('\0') != std::string::npos) __builtin_trap();
  } catch (const frag::Error&) {
  }
}

}  // namespace

FRAG_FUZZ(bytes) {
  const auto lines = frag::split_text(bytes, '\n');
  std::map<std::string, std::string> captures;
  for (const char* pattern : {"/v1/fragments/{id}.png", "/v1/fragments/{id}", "/v1/sources/{id}/picture.jpg",
                              "/v1/sources/{id}", "/v1/tasks/{id}/result", "/files/{path...}"}) {
    if (frag::http::match_path(pattern, lines[0], &captures) && captures.empty()) __builtin_trap();
  }
  decode(bytes, lines[0]);
  if (lines.size() < 2) return;
  frag::http::ByteRange range;
  constexpr std::uint64_t kSize = 1000;
  if (frag::http::parse_range(lines[1], kSize, &range) == frag::http::RangeKind::part &&
      (range.count == 0 || range.first >= kSize || range.count > kSize - range.first)) {
    __builtin_trap();
  }
  if (const auto piece = frag::http::parse_content_range(lines[1]);
      piece && (piece->range.count == 0 || piece->range.first >= piece->total ||
                piece->range.count > piece->total - piece->range.first)) {
    __builtin_trap();
  }
  std::map<std::string, std::string> params;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const std::size_t equals = lines[i].find('=');
    if (equals != std::string::npos) params[lines[i].substr(0, equals)] = lines[i].substr(equals + 1);
  }
  // What was understood must survive being written and read again.
  const frag::SampleSpec spec = frag::sample_spec_from_query(params, {"format"});
  const auto query = frag::to_query(spec);
  if (frag::sample_spec_from_query({query.begin(), query.end()}, {}) != spec) __builtin_trap();
}
