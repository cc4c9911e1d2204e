// What cutting and exporting would cost on this machine, measured on a few images. Private to plans.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libfrag/cutting/plan.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/labels.h"

namespace frag {

// `planned` is the catalogue of the dataset that would be made, and `entries` say where each of its sources
// comes from. Nothing where no source can be measured: all are too large, or their pixels are damaged. One
// thread.
std::optional<PlanCost> measure_cost(const Catalog& planned, std::span<const LabelledFile* const> entries);

}  // namespace frag
