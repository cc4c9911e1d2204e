// Whether two statuses of a job say the same.
#pragma once

#include <string>

#include "libfrag/rounds/messages.h"

namespace frag::rounds {

// 32 hexadecimal digits that are the same while nothing but the time changed: it leaves out how long the
// round that has not ended lasts, and takes of when a worker was heard only the minutes.
std::string status_tag(JobStatus status);

}  // namespace frag::rounds
