// Who asks where proxies stand in between. Pure functions.
#pragma once

#include <set>
#include <string>

#include "libfrag/http/message.h"

namespace frag::http {

// Who asks: the peer, or where that is a trusted proxy the last address of X-Forwarded-For that is none.
std::string client_address(const Request& request, const std::set<std::string>& trusted);

}  // namespace frag::http
