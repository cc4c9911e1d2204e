// frag verify: are the files still what was written?
#include "libfrag/cutting/verify.h"

#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::vector<std::string> places;
  bool pixels = false;
  bool json = false;
};

void print(const VerifyReport& report) {
  for (const Damage& damage : report.damage) std::cerr << report.place << ": " << to_line(damage) << "\n";
  for (const std::string& note : report.notes) std::cerr << report.place << ": note: " << note << "\n";
  const std::string inside = report.kind == "dataset" ? " sources" : " members";
  std::cout << report.place << ": " << (report.whole() ? "whole" : "DAMAGED") << ", "
            << format_count(report.files) << (report.files == 1 ? " file, " : " files, ")
            << format_count(report.members) << inside << " compared\n";
}

void run(const Options& options) {
  Json reports = Json::array();
  std::size_t damaged = 0;
  for (const std::string& place : options.places) {
    const VerifyReport report = verify(place, options.pixels ? PixelCheck::decode : PixelCheck::skip);
    damaged += report.whole() ? 0 : 1;
    options.json ? reports.push_back(to_json(report)) : print(report);
  }
  if (options.json) std::cout << Json{{"whole", damaged == 0}, {"places", reports}}.dump(1) << "\n";
  if (damaged > 0) {
    throw Error(Errc::bad_input, std::to_string(damaged) + " of " + std::to_string(options.places.size()) +
                                     " checked is damaged; copy what is named from where it is whole");
  }
}

}  // namespace

void add_verify(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "verify", "Checks datasets, exports and shards against their digests",
                  "frag verify gels.frag shards/ && frag verify shards/train-000000.tar");
  command->add_option("places", options->places, "Dataset folders, folders of frag pack, or single shards")
      ->required();
  command->add_flag("--pixels", options->pixels, "Decode everything and compare pixels, too");
  command->add_flag("--json", options->json, "Print the report as JSON");
  command->callback([options] { run(*options); });
}

}  // namespace frag
