#include "libfrag/http/query.h"

#include "libfrag/base/text.h"
#include "libfrag/http/message.h"

namespace frag::http {
namespace {

// -1 where it is none.
int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, char plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? plus : text[i];
      continue;
    }
    const int high = text.size() - i > 2 ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) throw HttpError(400, "the URL has a % without two hexadecimal digits behind it");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

std::string query_decode(std::string_view text) {
  return decode(text, ' ');
}

std::string path_decode(std::string_view text) {
  std::string path = decode(text, '+');
  if (path.find('\0') != std::string::npos) throw HttpError(400, "the path has a zero byte in it");
  return path;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> params;
  for (const std::string& pair : split_text(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    params[query_decode(pair.substr(0, equals))] = query_decode(value);
  }
  return params;
}

}  // namespace frag::http
