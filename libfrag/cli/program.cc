#include "libfrag/cli/program.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

int report(const CLI::App& program, const std::string& message, Errc code) {
  std::cerr << program.get_name() << ": " << message << "\n";
  return exit_status(code);
}

using Names = std::vector<std::string>;

Names commands_of(const CLI::App& program) {
  Names names;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// "--tile", "-o", ...
Names options_of(const CLI::App& app) {
  Names names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Where no command was recognised: the argument that was meant for one.
std::string about_command(const CLI::App& program, const Names& arguments) {
  const Names commands = commands_of(program);
  const std::string list = "the commands are " + join(commands, ", ");
  const Names options = options_of(program);
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--") && !holds(options, argument.substr(0, argument.find('='))))
      return "no option " + argument + " before a command; " + list;
    if (argument.starts_with("-") || parse_integer(argument)) continue;
    const auto meant = nearest(argument, commands);
    return "no command \"" + argument + "\"; " + (meant ? "did you mean " + *meant + "? The" : "the") +
           list.substr(3);
  }
  return "give a command; " + list;
}

// Where arguments are left over: the first option that nobody knows, or all that is too much.
std::string about_extras(const CLI::App& program, const CLI::App& command, const Names& arguments) {
  Names known = options_of(command);
  const Names global = options_of(program);
  known.insert(known.end(), global.begin(), global.end());
  const Names left = program.remaining(true);
  Names extras;
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (holds(left, argument)) extras.push_back(argument);
    if (argument.size() < 2 || argument[0] != '-' || !holds(left, argument) || holds(known, name)) continue;
    std::string text = "no option " + name;
    if (const auto meant = nearest(name, known)) return text + "; did you mean " + *meant + "?";
    for (const CLI::App* other : program.get_subcommands([](const CLI::App*) { return true; })) {
      if (holds(options_of(*other), name))
        return text + " here; " + program.get_name() + " " + other->get_name() + " has it";
    }
    return text;
  }
  return "more than is wanted: " + join(extras, " ");
}

// What is wrong with the command line, and where its help is.
std::string explain(const CLI::App& program, const CLI::ParseError& error, const Names& arguments) {
  const auto chosen = program.get_subcommands();
  const bool needs_command = !commands_of(program).empty() && chosen.empty();
  const CLI::App& command = chosen.empty() ? program : *chosen.front();
  std::string what = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    what = about_extras(program, command, arguments);
  if (needs_command && (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
                        dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)) {
    what = about_command(program, arguments);
  }
  return what + (what.ends_with("?") ? " See " : "; see ") + program.get_name() + " " +
         (chosen.empty() ? "" : command.get_name() + " ") + "--help";
}

int parse(CLI::App& program, int argc, char** argv) {
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return report(program, explain(program, error, Names(argv + 1, argv + argc)), Errc::usage);
  }
}

}  // namespace

void prepare(CLI::App& program, const std::string& example) {
  program.set_version_flag("--version", program.get_name() + " " FRAG_VERSION);
  program.footer("Example:\n  " + example + "\n");
  program.option_defaults()->always_capture_default();
}

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("Example:\n  " + example + "\n");
  command->set_version_flag("--version", program.get_name() + " " FRAG_VERSION);
  command->option_defaults()->always_capture_default();
  return command;
}

int run_program(CLI::App& program, int argc, char** argv) {
  install_stop_handler();
  try {
    return parse(program, argc, argv);
  } catch (const Error& error) {
    return report(program, error.what(), error.code());
  } catch (const std::exception& error) {
    return report(program, std::string("internal error: ") + error.what(), Errc::internal);
  }
}

}  // namespace frag
