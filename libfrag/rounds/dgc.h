// Deep gradient compression (Lin et al. 2018): of a change only the largest entries travel, and what stays
// behind waits at the worker, with momentum, until it is large enough.
//
// A worker's change d of a task is here what a gradient is there. Changes are the parameters of more than one
// dimension, one after the other (result_writer.h). Pure functions of their arguments; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libfrag/rounds/job_spec.h"

namespace frag::rounds {

// What stays with one worker of one job; both as long as its changes, zeros before the first.
struct DgcMemory {
  std::vector<float> momentum;  // u
  std::vector<float> rest;      // v: what was not sent yet

  bool operator==(const DgcMemory&) const = default;
};

struct SparseChange {
  std::vector<std::int32_t> indices;  // strictly ascending
  std::vector<float> values;
};

// The share of entries that travel in `round`, from 1: while the warm-up lasts 0.25, 0.063, 0.015, 0.004, and
// never less than the ratio of the job.
double dgc_share(const Compression& compression, std::int64_t round);

// Momentum correction: u = momentum u + change; v += u. Errc::internal where the lengths differ.
void accumulate(DgcMemory& memory, std::span<const float> change, double momentum);

// Of each tensor of `rest` the entries of the largest |v|, never a zero: about round(share * size) of them,
// at least one. `sizes` are the tensors' elements in order. The threshold is that of a sample of 1 % (at
// least 1,024 entries) drawn by `seed`; where it selects more than 1.3 or less than 0.8 times as many as
// wanted, the exact one takes its place, which then selects exactly as many. Errc::internal where sizes do
// not add up, or there are more entries than an index of 32 bits can count.
SparseChange largest_entries(std::span<const float> rest, std::span<const std::uint64_t> sizes, double share,
                             std::uint64_t seed);

// Factor masking: u = v = 0 at what was sent.
void mask(DgcMemory& memory, std::span<const std::int32_t> sent);

}  // namespace frag::rounds
