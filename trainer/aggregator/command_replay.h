// `fragagg replay`: a job's rounds made again from its recorded results.
#pragma once

namespace frag::aggregator {

// argv[0] is "replay". The exit status.
int run_replay_command(int argc, char** argv);

}  // namespace frag::aggregator
