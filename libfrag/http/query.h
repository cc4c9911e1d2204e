// The path and the query of a request's URL. Pure functions; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace frag::http {

// "a+b%20c" -> "a b c"; HttpError 400 where "%" is not followed by two hexadecimal digits.
std::string query_decode(std::string_view text);

// "a+b%20c" -> "a+b c"; HttpError 400 as above, and for a zero byte.
std::string path_decode(std::string_view text);

// "a=1&b=two%20words": names and values decoded; of equal names the last one counts. HttpError 400 as above.
std::map<std::string, std::string> parse_query(std::string_view query);

}  // namespace frag::http
