// RUN/checkpoint.safetensors: all that `fragtrain fit --resume` needs to go on, in one file that is whole or
// absent.
//
// A safetensors file (libfrag/rounds/safetensors.h) without pickles: the network's tensors as "network.NAME",
// what the optimiser remembers as "optimiser.NAME", and a card
//   {"checkpoint": 1, "card": MODEL CARD, "settings": {...}, "threads": 2,
//    "position": {"epoch", "step", "fragments", "loss", "correct", "seconds"}, "history": [LINE, ...]}
// Random choices are functions of seed, epoch and step, so there is no generator's state to keep.
#pragma once

#include <filesystem>
#include <string>

#include "libfrag/base/json.h"
#include "libfrag/rounds/safetensors.h"
#include "trainer/history.h"
#include "trainer/training.h"

namespace frag::trainer {

struct Checkpoint {
  rounds::WeightsFile network;    // with its model card
  rounds::WeightsFile optimiser;  // Training::optimiser_state
  Json settings;                  // what the training is a function of, beside the fragments
  int threads = 0;                // that computed it; the last bits depend on it
  TrainPosition position;
  History history;
};

// Replaces the file in one step.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Errc::not_found; Errc::bad_input that names the file where it was cut short or is no checkpoint.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// How `now` differs from `then`, key by key: "learning_rate was 0.01, is 0.1; seed was 1, is 2". Empty where
// they are equal. Both are objects.
std::string differences(const Json& then, const Json& now);

// Whether all its floats are numbers: a network that is of use.
bool all_finite(const rounds::WeightsFile& file);

}  // namespace frag::trainer
