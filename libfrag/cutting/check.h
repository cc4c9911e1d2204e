// The leakage audit of a dataset: every source hashed once, in parallel, and all of them compared.
#pragma once

#include "libfrag/dataset/folder.h"
#include "libfrag/split/audit.h"

namespace frag {

// What `folder` has on two sides of its split, and what it publishes of people. Holds about 5.4 KB a source
// in memory. The same report for any number of threads. Errc::usage for options out of range (near_bits in
// [0, 64], likeness in [1, 1000]), Errc::interrupted on a stop, Errc::bad_input where a source is damaged.
AuditReport check(const DatasetFolder& folder, const AuditOptions& options = {});

}  // namespace frag
