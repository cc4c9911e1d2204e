#include "libfrag/base/json.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace frag {

Json parse_json(std::string_view text, const std::string& what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw Error(Errc::bad_input, what + ": not JSON (byte " + std::to_string(error.byte) + ")");
  } catch (const Json::out_of_range&) {
    throw Error(Errc::bad_input, what + ": a number in it is too large to be read");
  }
}

Json parse_if_json(std::string_view text) {
  return Json::parse(text, nullptr, false);
}

}  // namespace frag
