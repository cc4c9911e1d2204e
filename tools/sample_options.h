// A SampleSpec from the command line: which fragments a command draws.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libfrag/cli/program.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {

// What the options say, by the names of a sample's parameters (docs/sampling.md).
struct SampleOptions {
  std::map<std::string, std::string> given;
  std::string weights;  // a file with the class weights of each part; empty: none
  bool repeats = false;

  // The spec asked for. Errc::usage where the options do not go together; of the weights' file also what
  // reading it throws. Only this part's weights are left.
  SampleSpec spec() const;
};

// Adds --split, --fold, --side, --count, --seed, --policy, --round, --part i/n, --keep, --holdout,
// --holdout-round, --balance,
// --weights and --repeats.
void add_sample_options(CLI::App& command, const std::shared_ptr<SampleOptions>& options);

}  // namespace frag
