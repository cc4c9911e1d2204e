#include "libfrag/rounds/messages.h"
#include "tests/fuzz/fuzz.h"

namespace {

// Whatever a reader takes must survive being written and read again.
template <class Read>
void check(const frag::Json& json, Read read) {
  try {
    const auto message = read(json);
    const auto once = to_json(message);
    if (to_json(read(once)) != once) __builtin_trap();
  } catch (const frag::Error&) {
  }
}

}  // namespace

FRAG_FUZZ(bytes) {
  const frag::Json json = frag::parse_json(bytes, "message");
  check(json, frag::rounds::job_spec_from_json);
  check(json, frag::rounds::lease_from_json);
  check(json, frag::rounds::job_status_from_json);
  check(json, frag::sample_spec_from_json);
}
