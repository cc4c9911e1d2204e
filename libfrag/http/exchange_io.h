// One request in and one response out of a CivetWeb connection. For server.cc alone; belongs to the thread
// that answers.
#pragma once

#include <cstdint>
#include <string>

#include "libfrag/http/message.h"

struct mg_connection;
struct mg_request_info;

namespace frag::http {

// `lower("Content-Type")` is "content-type".
std::string lower(std::string text);

// The request as handlers see it; it reads its body from the connection. HttpError 400 for a query that is
// not percent-encoded.
Request read_request(mg_connection* connection, const mg_request_info& info);

// A response without a stream as bytes, after which the connection is closed.
std::string as_bytes(const Response& response);

struct Sent {
  std::uint64_t bytes = 0;  // of the body
  bool broken_off = false;
};

// Sends the response and says how far it came; never throws. The connection is closed behind it with `close`,
// where the client asks for it, and where the body broke off: then the client sees a body cut short.
Sent send_response(mg_connection* connection, const Request& request, const Response& response, bool http_1_0,
                   bool close = false);

}  // namespace frag::http
