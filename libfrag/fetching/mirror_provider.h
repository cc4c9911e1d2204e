// The fragments of a sample from mirrors: as a fragd renders them, or out of packed shards.
#pragma once

#include <vector>

#include "libfrag/fetching/mirrors.h"
#include "libfrag/fetching/provider.h"
#include "libfrag/fetching/shard_set.h"
#include "libfrag/fetching/wanted_sample.h"
#include "libfrag/fetching/witness.h"

namespace frag {

// Two connections to every mirror: one's answer is on its way while the other's is read. All must outlive the
// lines. A mirror that gives neither is refused when it is asked. What a fragd renders is held against what
// `witnesses` say.
std::vector<Line> lines_to(const Mirrors& mirrors, ShardSets& shards, const WantedSample& wanted,
                           Witnesses& witnesses);

}  // namespace frag
