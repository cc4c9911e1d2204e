// frag report: a dataset on one page of HTML.
#include "libfrag/cutting/report.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct ReportArguments {
  std::string dataset;
  std::string output;
  ReportOptions report;
};

void run(const ReportArguments& arguments) {
  const std::string extension = lower_extension(arguments.output);
  if (extension != ".html" && extension != ".htm")
    throw Error(Errc::usage, arguments.output + ": name the report .html");
  const std::string html = write_report(DatasetFolder(arguments.dataset), arguments.report);
  write_file_atomic(arguments.output, html);
  std::cout << "wrote " << arguments.output << ", " << format_bytes(html.size()) << "\n";
}

}  // namespace

void add_report(CLI::App& program) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* command = add_command(
      program, "report",
      "Writes one HTML file that says and shows what a dataset holds, with the audit of frag check",
      "frag report gels.frag -o gels.html");
  command->add_option("dataset", arguments->dataset, "A dataset folder")->required();
  command->add_option("-o,--output", arguments->output, "The file to write, .html")->required();
  command->add_option("--title", arguments->report.title, "Its title; default: the folder's name");
  command->add_option("--seed", arguments->report.seed, "Another seed shows other fragments");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
