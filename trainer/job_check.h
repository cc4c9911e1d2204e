// What can be known of a job before it is submitted: whether its workers could do it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/rounds/job_spec.h"

namespace frag::trainer {

// For each of `nodes` nodes class weights whose shares are one draw of a symmetric Dirichlet distribution:
// the smaller `concentration`, the more unlike each other (Hsu et al. 2019). Whole numbers of sum 10,000 or a
// few less; a class of a share too small for that is left out.
std::vector<ClassWeights> dirichlet_weights(const std::vector<std::string>& classes, std::int64_t nodes,
                                            double concentration, std::uint64_t seed);

// Errc::bad_input or Errc::not_found, naming the node or the evaluation, where what is to be drawn is not in
// the dataset, or settings do not go together.
void check_job(const rounds::JobSpec& job, const Catalog& catalog);

}  // namespace frag::trainer
