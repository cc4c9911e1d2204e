// How much of an interrupted cut still holds: the part of its journal that the images, their labels, the
// options and the stored bytes agree with.
#pragma once

#include <span>
#include <vector>

#include "libfrag/cutting/journal.h"
#include "libfrag/cutting/staging.h"
#include "libfrag/dataset/labels.h"

namespace frag {

// The entries of the journal in `staging` that can be kept, in the order of `jobs`, the entries of each image
// file under `rule`. `begin` is where the store of this cut begins. Stored bytes are read again and compared
// with their digests; what the store holds beside them is removed. An empty state where there is nothing to
// go on with.
JournalState accept_journal(const Staging& staging, const Json& title,
                            const std::vector<std::span<const LabelledFile>>& jobs, const LabelRule& rule,
                            const StorePosition& begin);

}  // namespace frag
