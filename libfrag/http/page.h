// A server's page at /, for whoever opens its address in a browser, and the files that it loads.
//
// The page is static and holds nothing of what is served: its script asks the server's own paths, with a
// token where one is wanted. All of it is compiled in (cmake/Embed.cmake) but Chart.js, which is the
// system's. What pages share, asking with a token and the looks, is in libfrag/http/web/.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/http/message.h"

namespace frag::http {

// A file of a page, by what its name ends with: .html, .css or .js.
struct WebFile {
  std::string_view name;
  std::string_view text;
};

// Where Debian's libjs-chart.js has it.
std::string system_chart_js();

// Immutable after construction; any number of threads may ask it.
class Page {
 public:
  // "index.html" is what / answers. `chart` is Chart.js; where there is no such file the page shows its
  // numbers without drawing them.
  explicit Page(const std::vector<WebFile>& files, const std::string& chart = system_chart_js());

  // GET / and GET /web/{name}.
  Response answer(const Request& request) const;

  static bool is_at(const std::string& path) { return path == "/" || path.starts_with("/web/"); }

 private:
  struct File {
    std::string text, tag;
    const char* content_type;
  };
  void add(const std::string& path, std::string text, const char* content_type);

  std::map<std::string, File> files_;  // by path
};

}  // namespace frag::http
