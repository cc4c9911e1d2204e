// On what networks compute, and with how many threads: one setting for the process, made before its first
// network.
#pragma once

#include <string>

namespace frag::trainer {

// LibTorch's threads (and its BLAS's); 0 takes the machine's.
void set_compute_threads(int threads);
int compute_threads();
// The machine's threads that are left for other work: all where a GPU computes, at least one.
int spare_threads();

// Keeps memory that is freed, up to 1 GiB, for what is allocated next. A step makes and frees the same large
// tensors as the one before; where the system takes their pages back in between, it maps and clears them anew
// each time, which is a third of a small network's time.
void keep_freed_memory();

// "cpu", "cuda", "cuda:1", or "auto": the first GPU where LibTorch has one. Errc::usage for another word, and
// where LibTorch has no such device.
void set_compute_device(const std::string& name);
// "cpu" or "cuda:0".
std::string compute_device();

}  // namespace frag::trainer
