#include "trainer/schedule.h"

#include <cmath>
#include <numbers>

namespace frag::trainer {

double learning_rate_share(const TrainSettings& settings, double epochs_done) {
  const double progress = epochs_done / static_cast<double>(settings.epochs);
  const double rise = progress < settings.warmup ? 0.1 + 0.9 * progress / settings.warmup : 1.0;
  switch (settings.schedule) {
    case Schedule::constant:
      return rise;
    case Schedule::cosine:
      if (progress < settings.warmup) return rise;
      return 0.5 *
             (1.0 + std::cos(std::numbers::pi * (progress - settings.warmup) / (1.0 - settings.warmup)));
    case Schedule::step:
      return rise * std::pow(settings.step_factor, std::floor(epochs_done / settings.step_every));
  }
  return 1.0;
}

}  // namespace frag::trainer
