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

struct Options {
  std::string dataset;
  std::string output;
  ReportOptions report;
};

void run(const Options& options) {
  const std::string extension = lower_extension(options.output);
  if (extension != ".html" && extension != ".htm")
    throw Error(Errc::usage, options.output + ": name the report .html");
  const std::string html = write_report(DatasetFolder(options.dataset), options.report);
  write_file_atomic(options.output, html);
  std::cout << "wrote " << options.output << ", " << format_bytes(html.size()) << "\n";
}

}  // namespace

void add_report(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(
      program, "report",
      "Writes one HTML file that says and shows what a dataset holds, with the audit of frag check",
      "frag report gels.frag -o gels.html");
  command->add_option("dataset", options->dataset, "A dataset folder")->required();
  command->add_option("-o,--output", options->output, "The file to write, .html")->required();
  command->add_option("--title", options->report.title, "Its title; default: the folder's name");
  command->add_option("--seed", options->report.seed, "Another seed shows other fragments");
  command->callback([options] { run(*options); });
}

}  // namespace frag
