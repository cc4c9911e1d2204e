#include "libfrag/cli/program.h"

#include <iostream>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"

namespace frag {
namespace {

int report(const CLI::App& program, const std::string& message, Errc code) {
  std::cerr << program.get_name() << ": " << message << "\n";
  return exit_status(code);
}

int parse(CLI::App& program, int argc, char** argv) {
  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return report(program, std::string(error.what()) + "; see " + program.get_name() + " --help",
                  Errc::usage);
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
