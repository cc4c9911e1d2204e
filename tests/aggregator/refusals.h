// How a call is refused, for the tests of the aggregator.
#pragma once

#include <functional>
#include <optional>

#include "libfrag/base/error.h"
#include "libfrag/http/message.h"

namespace frag::aggregator::testing {

// The status of the HttpError that the call throws; 200 where it throws nothing.
inline int http_status(const std::function<void()>& call) {
  try {
    call();
    return 200;
  } catch (const http::HttpError& error) {
    return error.status();
  }
}

// The code of the Error that the call throws; nullopt where it throws nothing.
inline std::optional<Errc> errc_of(const std::function<void()>& call) {
  try {
    call();
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace frag::aggregator::testing
