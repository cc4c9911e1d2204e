// Paths to handlers: exact segments, {name} captures, and a last {name...} that takes the rest of the path.
//
//   router.add("GET", "/v1/fragments/{id}.png", handler);   // request.captures["id"]
//   router.add("GET", "/files/{path...}", handler);
//
// A HEAD request goes to the GET handler. Unknown paths are 404, known paths with another method 405; both
// problem+json. Fill it before the first request; afterwards it is read by any number of threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libfrag/http/message.h"

namespace frag::http {

using Handler = std::function<Response(Request&)>;

class Router {
 public:
  void add(std::string method, const std::string& pattern, Handler handler);

  // Never throws: what a handler throws becomes its problem response.
  Response handle(Request& request) const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    Handler handler;
  };
  std::vector<Route> routes_;
};

// Matches `path` against `pattern` and fills `captures`; exposed for the tests and the fuzzer.
bool match_path(const std::string& pattern, const std::string& path,
                std::map<std::string, std::string>* captures);

}  // namespace frag::http
