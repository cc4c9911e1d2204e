// The page at /, for whoever opens the mirror's address in a browser, and the files that it loads.
//
// The page is static and holds nothing of a dataset: its script asks the mirror's own paths, with a token
// where one is wanted. All of it is compiled in (server/web/) but Chart.js, which is the system's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "libfrag/http/message.h"

namespace frag {

// A file of server/web/.
std::optional<std::string_view> web_file(std::string_view name);

// Immutable after construction; any number of threads may ask it.
class Page {
 public:
  // `chart` is Chart.js; where there is no such file the page shows its numbers without drawing them.
  explicit Page(const std::string& chart = FRAG_CHART_JS);

  // GET / and GET /web/{name}.
  http::Response answer(const http::Request& request) const;

  static bool is_at(const std::string& path) { return path == "/" || path.starts_with("/web/"); }

 private:
  struct File {
    std::string text, tag;
    const char* content_type;
  };
  void add(const std::string& path, std::string text, const char* content_type);

  std::map<std::string, File> files_;  // by path
};

}  // namespace frag
