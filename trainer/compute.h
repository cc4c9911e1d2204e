// On what networks compute, and with how many threads: one setting for the process, made before its first
// network.
#pragma once

#include <string>

namespace frag::trainer {

// LibTorch's threads (and its BLAS's); 0 takes the machine's.
void set_compute_threads(int threads);
int compute_threads();

// "cpu", "cuda", "cuda:1", or "auto": the first GPU where LibTorch has one. Errc::usage for another word, and
// where LibTorch has no such device.
void set_compute_device(const std::string& name);
// "cpu" or "cuda:0".
std::string compute_device();

}  // namespace frag::trainer
