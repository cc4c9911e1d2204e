// A worker's result as a file: what became of its weights, and the report, in the form that the job's
// compression asks for. result_reader.h has the forms, and reads them.
//
// Pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libfrag/rounds/dgc.h"
#include "libfrag/rounds/messages.h"
#include "libfrag/rounds/safetensors.h"

namespace frag::rounds {

// The parameters of `base`, by offset; and those of them that a sparse result replaces.
std::vector<TensorInfo> parameters_of(const TensorLayout& base);
std::vector<TensorInfo> sparse_parameters_of(const TensorLayout& base);

// The numbers of `tensors`, one tensor after the other, as `file` holds them under these names.
// Errc::bad_input where one is missing or of another shape or type.
std::vector<float> floats_of(const WeightsFile& file, const std::vector<TensorInfo>& tensors);

// The file with these numbers in their place, as many as they hold.
WeightsFile with_floats(WeightsFile file, const std::vector<TensorInfo>& tensors,
                        std::span<const float> numbers);

// `change` holds parameters as start - now, buffers and counters as they are now (F32, and I64 of counters).
// Its card goes along.
enum class Width { full, half };  // of parameters
std::string write_result(const WeightsFile& change, const ResultReport& report, Width width);

// `sparse` counts through sparse_parameters_of(base); all other tensors are the change's.
std::string write_sparse_result(const WeightsFile& change, const TensorLayout& base,
                                const SparseChange& sparse, const ResultReport& report);

}  // namespace frag::rounds
