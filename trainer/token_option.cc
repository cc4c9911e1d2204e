#include "trainer/commands.h"

namespace frag::trainer {

void add_token(CLI::App* command, std::string& token) {
  command->add_option("--token", token, "The aggregator's join token; needed off loopback")
      ->envname("FRAG_TOKEN");
}

}  // namespace frag::trainer
