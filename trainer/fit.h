// One training on this machine, from its first draw to its last epoch, or from where it was interrupted.
#pragma once

#include "trainer/fit_task.h"

namespace frag::trainer {

// Draws anew each epoch, trains, measures on the validation's fragments, saves after every epoch and every
// config().checkpoint_every steps; prints a line an epoch. Returns them all. With Existing::resume it goes on
// from the run's checkpoint: Errc::usage that names the differences where it is of other settings, another
// model or another dataset, with nothing changed. Errc::interrupted, with the command to go on, after a stop
// signal: the step is finished and kept. LossNotFinite, with what was kept.
History fit(const FitTask& task);

}  // namespace frag::trainer
