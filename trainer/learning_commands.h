// The subcommands of fragtrain that compute. Another program does them, fragtrain-learn: loading LibTorch
// takes most of a second, and whoever asks for help, a job's status or its end should not wait for it.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace frag::trainer {

struct LearningCommand {
  const char* name;
  const char* summary;  // its line in `fragtrain --help`
};

// In the order of that page.
inline constexpr LearningCommand kLearningCommands[] = {
    {"fit", "Train a model on this machine"},
    {"sweep", "Train a grid, or a random draw, of settings and rank the runs"},
    {"eval", "Measure a run or a weights file on a split, beside a baseline"},
    {"export", "Write a run's network for other programs"},
    {"predict", "Classify images with a run or a weights file"},
    {"report", "Write a run as one page that needs nothing else"},
    {"models", "List the models there are"},
    {"worker", "Take part in an aggregator's job until it ends"},
    {"task", "Do one leased task with no network of its own, for whoever carries files"},
    {"simulate", "Try a job in virtual time, to choose its quorum beforehand"},
    {"submit", "Give an aggregator a job"},
};

// nullptr where it is none of them.
constexpr const LearningCommand* find_learning_command(std::string_view name) {
  const auto* found = std::find_if(std::begin(kLearningCommands), std::end(kLearningCommands),
                                   [&](const LearningCommand& command) { return name == command.name; });
  return found == std::end(kLearningCommands) ? nullptr : found;
}

}  // namespace frag::trainer
