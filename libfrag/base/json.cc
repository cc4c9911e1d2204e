#include "libfrag/base/json.h"

namespace frag {

Json parse_json(std::string_view text, const std::string& what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw Error(Errc::bad_input, what + ": not JSON (byte " + std::to_string(error.byte) + ")");
  }
}

}  // namespace frag
