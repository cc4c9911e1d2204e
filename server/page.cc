#include "server/page.h"

#include <fstream>
#include <iterator>

#include "libfrag/base/digest.h"
#include "libfrag/http/ranges.h"

namespace frag {
namespace {

constexpr const char* kScript = "text/javascript; charset=utf-8";

// Nothing but what the mirror itself sends; pictures that were fetched with a token are blobs.
constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// A script in any case, so that a browser has nothing to complain of.
std::string chart_script(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text.empty() ? "// Chart.js is not installed on this mirror.\n" : text;
}

}  // namespace

Page::Page(const std::string& chart) {
  add("/", std::string(web_file("index.html").value()), "text/html; charset=utf-8");
  add("/web/style.css", std::string(web_file("style.css").value()), "text/css; charset=utf-8");
  for (const std::string name : {"page.js", "mirror.js", "sample.js", "source.js"})
    add("/web/" + name, std::string(web_file(name).value()), kScript);
  add("/web/chart.js", chart_script(chart), kScript);
}

void Page::add(const std::string& path, std::string text, const char* content_type) {
  std::string tag = xxh3_128_hex(text);
  files_[path] = {std::move(text), std::move(tag), content_type};
}

http::Response Page::answer(const http::Request& request) const {
  const auto found = files_.find(request.path);
  if (found == files_.end()) throw http::HttpError(404, "the page has no file " + request.path);
  const File& file = found->second;
  const auto read = [&file](std::uint64_t from, std::uint64_t count) {
    return file.text.substr(from, count);
  };
  http::Response response =
      serve(request, http::readable(file.text.size(), file.tag, file.content_type, read));
  response.headers.emplace_back("Cache-Control", "no-cache");  // asked again, and mostly answered 304
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace frag
