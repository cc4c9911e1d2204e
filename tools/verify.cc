// frag verify: are the files still what was written?
#include "libfrag/cutting/verify.h"

#include <iostream>
#include <memory>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct VerifyArguments {
  std::vector<std::string> places;
  bool pixels = false;
  bool json = false;
};

bool only_unfinished(const VerifyReport& report) {
  return report.unfinished > 0 && report.unfinished == report.damage.size();
}

void print(const VerifyReport& report) {
  for (const Damage& damage : report.damage) std::cerr << report.place << ": " << to_line(damage) << "\n";
  for (const std::string& note : report.notes) std::cerr << report.place << ": note: " << note << "\n";
  const std::string inside = report.kind == "dataset" ? "source" : "member";
  std::cout << report.place << ": "
            << (report.whole()            ? "whole"
                : only_unfinished(report) ? "NOT FINISHED"
                                          : "DAMAGED")
            << ", " << count_of(report.files, "file") << ", " << count_of(report.members, inside)
            << " compared\n";
}

std::string way_out(const VerifyReport& report) {
  if (only_unfinished(report)) return "run the same frag pack again, which goes on with it";
  if (report.in_place) return "put the images that are named back as they were, or cut again";
  return "copy what is named from where it is whole";
}

void run(const VerifyArguments& arguments) {
  Json reports = Json::array();
  std::size_t damaged = 0, unfinished = 0;
  std::set<std::string> ways_out;
  for (const std::string& place : arguments.places) {
    const VerifyReport report = verify(place, arguments.pixels ? PixelCheck::decode : PixelCheck::skip);
    damaged += report.whole() ? 0 : 1;
    unfinished += only_unfinished(report) ? 1 : 0;
    if (!report.whole()) ways_out.insert(way_out(report));
    arguments.json ? reports.push_back(to_json(report)) : print(report);
  }
  if (arguments.json) std::cout << Json{{"whole", damaged == 0}, {"places", reports}}.dump(1) << "\n";
  if (damaged > 0) {
    throw Error(Errc::bad_input, std::to_string(damaged) + " of " + std::to_string(arguments.places.size()) +
                                     " checked is " + (unfinished == damaged ? "not finished" : "damaged") +
                                     "; " + join({ways_out.begin(), ways_out.end()}, "; "));
  }
}

}  // namespace

void add_verify(CLI::App& program) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command =
      add_command(program, "verify", "Checks datasets, exports and shards against their digests",
                  "frag verify gels.frag shards/ && frag verify shards/train-000000.tar");
  command->add_option("places", arguments->places, "Dataset folders, folders of frag pack, or single shards")
      ->required();
  command->add_flag("--pixels", arguments->pixels, "Decode everything and compare pixels, too");
  command->add_flag("--json", arguments->json, "Print the report as JSON");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
