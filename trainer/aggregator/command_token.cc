#include "trainer/aggregator/command_token.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "libfrag/cli/program.h"
#include "trainer/aggregator/state_directory.h"
#include "trainer/aggregator/token_file.h"

namespace frag::aggregator {
namespace {

struct TokenArguments {
  std::string state;
  std::string name;
  std::string roles = "worker";
  bool json = false;
};

void add_state(CLI::App& command, TokenArguments& arguments) {
  command.add_option("--state", arguments.state, "The aggregator's state directory")
      ->type_name("DIR")
      ->required();
}

std::filesystem::path file_of(const TokenArguments& arguments) {
  return token_file_in(arguments.state);
}

void add_add(CLI::App& program, TokenArguments& arguments) {
  CLI::App* command = add_command(program, "add", "Makes a token and prints it, this once.",
                                  "fragagg token add bench-3 --state rounds\n"
                                  "  fragagg token add anna --role submit,read --state rounds\n"
                                  "  fragagg token add scorer --role evaluate --state rounds > scorer.token");
  add_state(*command, arguments);
  command->add_option("name", arguments.name, "Whose it is: letters, digits, - and _")->required();
  command
      ->add_option("--role", arguments.roles,
                   "What for: worker, evaluate, submit or read, or several with commas; all may read")
      ->capture_default_str();
  command->callback([&arguments] {
    std::printf("%s\n",
                add_token(file_of(arguments), arguments.name, roles_from_text(arguments.roles)).c_str());
  });
}

void print_table(const std::vector<Token>& tokens) {
  for (const Token& token : tokens)
    std::printf("%-24s %-28s %s\n", token.name.c_str(), roles_text(token.roles).c_str(), token.added.c_str());
}

void add_list(CLI::App& program, TokenArguments& arguments) {
  CLI::App* command =
      add_command(program, "list", "Shows names, roles and when they were added; no tokens.",
                  "fragagg token list --state rounds\n  fragagg token list --state rounds --json");
  add_state(*command, arguments);
  command->add_flag("--json", arguments.json, "As JSON, with the SHA-256 of each");
  command->callback([&arguments] {
    const auto tokens = read_tokens(file_of(arguments)).value_or(std::vector<Token>());
    if (arguments.json) {
      std::printf("%s\n", to_json(tokens).dump(1).c_str());
    } else {
      print_table(tokens);
    }
  });
}

void add_revoke(CLI::App& program, TokenArguments& arguments) {
  CLI::App* command =
      add_command(program, "revoke", "Ends a token, and the sessions of workers that joined with it.",
                  "fragagg token revoke bench-3 --state rounds");
  add_state(*command, arguments);
  command->add_option("name", arguments.name, "Whose")->required();
  command->callback([&arguments] { revoke_token(file_of(arguments), arguments.name); });
}

}  // namespace

int run_token_command(int argc, char** argv) {
  CLI::App program(
      "Who may ask an aggregator: tokens by name, kept as digests. A running fragagg follows at once.",
      "fragagg token");
  prepare(program,
          "fragagg token add bench-3 --state rounds\n  fragagg token list --state rounds\n"
          "  fragagg token revoke bench-3 --state rounds");
  program.require_subcommand(1);
  TokenArguments arguments;
  add_add(program, arguments);
  add_list(program, arguments);
  add_revoke(program, arguments);
  return run_program(program, argc, argv);
}

}  // namespace frag::aggregator
