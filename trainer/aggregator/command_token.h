// fragagg token: who may ask.
#pragma once

namespace frag::aggregator {

// `argv` begins at the word "token". The exit status.
int run_token_command(int argc, char** argv);

}  // namespace frag::aggregator
