#include "libfrag/http/router.h"

#include <algorithm>
#include <utility>

namespace frag::http {

bool match_path(const std::string& pattern, const std::string& path,
                std::map<std::string, std::string>* captures) {
  std::size_t at = 0;  // in path
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] != '{') {
      if (at >= path.size() || path[at] != pattern[i]) return false;
      ++i;
      ++at;
      continue;
    }
    const std::size_t close = pattern.find('}', i);
    std::string name = pattern.substr(i + 1, close - i - 1);
    i = close + 1;
    const bool takes_rest = name.size() > 3 && name.compare(name.size() - 3, 3, "...") == 0;
    if (takes_rest) name.resize(name.size() - 3);
    // A capture ends at the literal that follows it in the pattern, and never crosses a slash.
    const std::size_t slash = std::min(path.find('/', at), path.size());
    std::size_t end = takes_rest ? path.size() : slash;
    if (!takes_rest && i < pattern.size() && pattern[i] != '/') {
      const std::string literal = pattern.substr(i, pattern.find_first_of("/{", i) - i);
      if (slash < at + literal.size() || path.compare(slash - literal.size(), literal.size(), literal) != 0)
        return false;
      end = slash - literal.size();
    }
    if (end <= at) return false;
    (*captures)[name] = path.substr(at, end - at);
    at = end;
  }
  return at == path.size();
}

void Router::add(std::string method, const std::string& pattern, Handler handler) {
  routes_.push_back({std::move(method), pattern, std::move(handler)});
}

Response Router::handle(Request& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allowed;
  try {
    for (const Route& route : routes_) {
      std::map<std::string, std::string> captures;
      if (!match_path(route.pattern, request.path, &captures)) continue;
      if (route.method == method) {
        request.captures = std::move(captures);
        request.route = route.pattern;
        return route.handler(request);
      }
      allowed += (allowed.empty() ? "" : ", ") + route.method;
    }
  } catch (const std::exception& error) {
    return problem_of(error);
  }
  if (allowed.empty()) return Response::problem(404, "there is nothing at " + request.path);
  Response response = Response::problem(405, request.path + " takes " + allowed + ", not " + request.method);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace frag::http
