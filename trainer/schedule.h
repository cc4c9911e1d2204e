// The learning rate over a training. Pure functions.
#pragma once

#include "trainer/train_settings.h"

namespace frag::trainer {

// What the learning rate is multiplied by after `epochs_done` (in [0, epochs), with fractions): the rise of
// the warm-up, linear from 0.1 to 1, times the schedule. `cosine` begins where the warm-up ends; `step`
// counts its epochs from the start.
double learning_rate_share(const TrainSettings& settings, double epochs_done);

}  // namespace frag::trainer
