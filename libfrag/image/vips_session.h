// libvips as this process uses it: started once, bounded, and with error texts that belong to the file they
// are about. For the image room alone; any thread may call.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <string>
#include <vips/vips8>

#include "libfrag/base/error.h"

namespace frag {

// Starts libvips on the first call, and makes sure that this thread's share of it goes with the thread.
void start_vips();

// Shared or alone, in the order of arrival: who waits to be alone is not overtaken for ever.
class VipsTurn {
 public:
  enum class Kind { shared, alone };
  explicit VipsTurn(Kind kind);
  ~VipsTurn();
  VipsTurn(const VipsTurn&) = delete;
  VipsTurn& operator=(const VipsTurn&) = delete;

 private:
  Kind kind_;
};

// " (CAUSE)" with the first line of libvips' text of errors; empty where libvips says none.
std::string first_complaint(const vips::VError& error);

// What `work` gives. Where libvips fails, Errc::bad_input with `what` and libvips' reason.
//
// libvips gathers the complaints of all threads in one text. So failed work is done once more with no other
// work beside it, and what the text then says is about this file: reports are equal for any number of
// threads. `work` must not call with_vips() itself.
template <class Work>
auto with_vips(const std::string& what, Work work) -> decltype(work()) {
  start_vips();
  try {
    const VipsTurn turn(VipsTurn::Kind::shared);
    return work();
  } catch (const vips::VError&) {
    // Told below, by the second attempt.
  }
  const VipsTurn turn(VipsTurn::Kind::alone);
  vips_error_clear();
  try {
    return work();
  } catch (const vips::VError& error) {
    const std::string complaint = first_complaint(error);
    vips_error_clear();
    throw Error(Errc::bad_input, what + " that cannot be read" + complaint +
                                     "; it is truncated, damaged or of an unknown kind");
  }
}

}  // namespace frag
