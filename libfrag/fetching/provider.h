// Somebody who can give the fragments of one sample: a mirror that renders them, or an export on a static
// server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/fetching/health.h"

namespace frag {

class Provider {
 public:
  // Takes the next fragment; false: that is enough.
  using Take = std::function<bool(EncodedFragment fragment)>;

  virtual ~Provider() = default;

  // Calls `take` with the fragments at positions [first, end) of the sample, in order, until it says false.
  // Each was checked: a WrongAnswer stops it instead. AnswerError and Errc::unavailable where the mirror
  // refuses or fails. One thread at a time.
  virtual void give(std::uint64_t first, std::uint64_t end, const Take& take) = 0;
};

// One of the connections over which a sample is fetched.
struct Line {
  std::string url;  // of the mirror
  // Makes the provider on the line's own thread. `cancelled` is for whatever waits in it: once it says true,
  // what was asked for is no longer wanted.
  std::function<std::unique_ptr<Provider>(std::function<bool()> cancelled)> connect;
};

}  // namespace frag
