#include "libfrag/http/page.h"

#include <fstream>
#include <iterator>

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"

namespace frag::http {
namespace {

constexpr const char* kScript = "text/javascript; charset=utf-8";

// Nothing but what the server itself sends; pictures that were fetched with a token are blobs.
constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// A script in any case, so that a browser has nothing to complain of.
std::string chart_script(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text.empty() ? "// Chart.js is not installed here.\n" : text;
}

const char* type_of(std::string_view name) {
  const std::string extension = lower_extension(name);
  if (extension == ".html") return "text/html; charset=utf-8";
  if (extension == ".css") return "text/css; charset=utf-8";
  return kScript;
}

}  // namespace

std::string system_chart_js() {
  return FRAG_CHART_JS;
}

Page::Page(const std::vector<WebFile>& files, const std::string& chart) {
  for (const WebFile& file : files) {
    const std::string path = file.name == "index.html" ? "/" : "/web/" + std::string(file.name);
    add(path, std::string(file.text), type_of(file.name));
  }
  add("/web/chart.js", chart_script(chart), kScript);
}

void Page::add(const std::string& path, std::string text, const char* content_type) {
  std::string tag = xxh3_128_hex(text);
  files_[path] = {std::move(text), std::move(tag), content_type};
}

Response Page::answer(const Request& request) const {
  const auto found = files_.find(request.path);
  if (found == files_.end()) throw HttpError(404, "the page has no file " + request.path);
  const File& file = found->second;
  const auto read = [&file](std::uint64_t from, std::uint64_t count) {
    return file.text.substr(from, count);
  };
  Response response = serve(request, readable(file.text.size(), file.tag, file.content_type, read));
  response.headers.emplace_back("Cache-Control", "no-cache");  // asked again, and mostly answered 304
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace frag::http
