#include "libfrag/http/message.h"

#include <algorithm>

namespace frag::http {
namespace {

std::optional<std::string> find_in(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

int status_of(Errc code) {
  switch (code) {
    case Errc::usage:
    case Errc::bad_input:
      return 400;
    case Errc::not_found:
      return 404;
    case Errc::refused:
      return 409;
    case Errc::unavailable:
      return 503;
    case Errc::io:
      return 507;
    default:
      return 500;
  }
}

Errc code_of(int status) {
  if (status == 404) return Errc::not_found;
  if (status >= 500 || status == 429) return Errc::unavailable;
  if (status == 401 || status == 403 || status == 409) return Errc::refused;
  return Errc::bad_input;
}

}  // namespace

std::optional<std::string> Request::header(const std::string& name) const {
  return find_in(headers, name);
}

std::optional<std::string> Request::param(const std::string& name) const {
  return find_in(params, name);
}

std::string Request::bearer_token() const {
  static constexpr std::string_view kScheme = "Bearer ";
  const std::string value = header("authorization").value_or("");
  return value.compare(0, kScheme.size(), kScheme) == 0 ? value.substr(kScheme.size()) : "";
}

std::string read_body(const Request& request, std::uint64_t limit) {
  std::string body;
  if (!request.body) return body;
  std::vector<char> buffer(65536);
  while (const std::size_t got = request.body(buffer.data(), buffer.size())) {
    if (body.size() + got > limit) {
      throw HttpError(413, "the body is longer than the limit of " + std::to_string(limit) + " bytes");
    }
    body.append(buffer.data(), got);
  }
  return body;
}

Response Response::text(std::string body, const char* content_type) {
  Response response;
  response.headers.emplace_back("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

Response Response::json(const Json& value, int status) {
  Response response =
      text(value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", "application/json");
  response.status = status;
  return response;
}

Response Response::problem(int status, const std::string& detail) {
  Response response = json(
      {{"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}},
      status);
  response.headers.front().second = "application/problem+json";
  return response;
}

HttpError::HttpError(int status, const std::string& detail, HeaderLines headers)
    : Error(code_of(status), detail), status_(status), headers_(std::move(headers)) {}

HttpError try_later(const std::string& detail, int seconds) {
  return {503, detail, {{"Retry-After", std::to_string(std::max(seconds, 1))}}};
}

Response problem_of(const std::exception& error) {
  if (const auto* http = dynamic_cast<const HttpError*>(&error)) {
    Response response = Response::problem(http->status(), http->what());
    response.headers.insert(response.headers.end(), http->headers().begin(), http->headers().end());
    return response;
  }
  if (const auto* ours = dynamic_cast<const Error*>(&error))
    return Response::problem(status_of(ours->code()), ours->what());
  return Response::problem(500, error.what());
}

const char* reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

}  // namespace frag::http
