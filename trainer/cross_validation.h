// The trainings that a FitConfig means: one, or one for each fold.
#pragma once

#include <vector>

#include "trainer/fit.h"

namespace frag::trainer {

// One plan that is measured on split "val" where there is one; or, with folds, a plan for each, which trains
// on all others, is measured on the one left out, and leaves its run in RUN/foldN. Errc::usage where the
// dataset is not divided into so many folds.
std::vector<FitPlan> plans_of(const FitConfig& config, const Catalog& catalog);

// fit() for each plan, and what it returned. With folds also RUN/folds.json, and a line of mean and
// deviation; folds that are done already are kept where config.existing says so.
std::vector<History> fit_all(const FitConfig& config, Access& access);

}  // namespace frag::trainer
