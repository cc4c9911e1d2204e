// What a fit says of itself: on standard output, and in RUN/run.json.
#pragma once

#include <string>
#include <vector>

#include "trainer/checkpoint.h"
#include "trainer/run_folder.h"

namespace frag::trainer {

// "3 epochs and 12 steps"
std::string describe(const TrainPosition& position);

// `count`: fragments an epoch.
void print_start(const Network& network, std::uint64_t count);
void print_line(const HistoryLine& line, std::int64_t epochs);
// On standard error; nothing where nothing was left out.
void print_left_out(const LeftOut& left_out);

// `stopped`: why before the last epoch; empty where it was not.
void print_end(const RunFolder& folder, const History& history, Watch watch, const std::string& stopped);

// run.json, after the last epoch of the checkpoint's history.
Json describe_run(const std::vector<std::string>& places, const Checkpoint& checkpoint,
                  const Network& network, Watch watch, const std::string& stopped);

}  // namespace frag::trainer
