#include "trainer/aggregator/file_limit.h"

#include <sys/resource.h>

namespace frag::aggregator {

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace frag::aggregator
