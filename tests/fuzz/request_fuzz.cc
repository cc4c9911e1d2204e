// The parts of a request that we read ourselves: paths, ranges, sample queries. Lines: path, Range, then
// NAME=VALUE.
#include <map>

#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"
#include "libfrag/http/router.h"
#include "libfrag/sampling/sample_spec.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const auto lines = frag::split_text(bytes, '\n');
  std::map<std::string, std::string> captures;
  for (const char* pattern : {"/v1/fragments/{id}.png", "/v1/tasks/{id}/result", "/files/{path...}"}) {
    frag::http::match_path(pattern, lines[0], &captures);
  }
  if (lines.size() < 2) return;
  frag::http::ByteRange range;
  constexpr std::uint64_t kSize = 1000;
  if (frag::http::parse_range(lines[1], kSize, &range) == frag::http::RangeKind::part &&
      (range.count == 0 || range.first >= kSize || range.count > kSize - range.first)) {
    __builtin_trap();
  }
  std::map<std::string, std::string> params;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const std::size_t equals = lines[i].find('=');
    if (equals != std::string::npos) params[lines[i].substr(0, equals)] = lines[i].substr(equals + 1);
  }
  frag::sample_spec_from_query(params, {"format"});
}
