// frag fetch: a drawn sample from mirrors, as a tar or a folder.
#include <chrono>
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/text.h"
#include "libfrag/fetching/fetch_output.h"
#include "libfrag/fetching/sample_fetch.h"
#include "tools/commands.h"
#include "tools/mirror_options.h"
#include "tools/sample_options.h"

namespace frag {
namespace {

struct FetchArguments {
  MirrorPlaces mirrors;
  std::shared_ptr<SampleOptions> sample = std::make_shared<SampleOptions>();
  FetchOptions fetch;
  std::string by = "auto", confirm = name_of(FetchOptions().confirm);
  std::string format;
  std::uint64_t cache_gib = FetchOptions().cache_bytes >> 30;
  std::string output;
  bool json = false;
};

// "http://a 1,200, http://b 340"
std::string shown(const FetchStatus& status) {
  if (status.by == FetchBy::sources) return format_bytes(status.source_bytes) + " of sources fetched";
  std::string text;
  for (const auto& [url, count] : status.mirrors) {
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + url + " " + format_count(count);
  }
  if (status.confirmed > 0) text += "; " + format_count(status.confirmed) + " confirmed by a second mirror";
  return text;
}

Json to_json(const FetchStatus& status, std::uint64_t fragments, std::uint64_t kept, double seconds,
             const std::vector<std::string>& notes) {
  Json mirrors = Json::object();
  for (const auto& [url, count] : status.mirrors) mirrors[url] = count;
  return {{"fragments", fragments},
          {"kept", kept},
          {"by", name_of(status.by)},
          {"mirrors", mirrors},
          {"source_bytes", status.source_bytes},
          {"confirmed", status.confirmed},
          {"seconds", seconds},
          {"notes", notes}};
}

void run(FetchArguments& arguments) {
  arguments.fetch.by = parse_fetch_by(arguments.by);
  arguments.fetch.confirm = parse_confirm(arguments.confirm);
  if (!arguments.format.empty()) arguments.fetch.format = parse_sample_format(arguments.format);
  arguments.fetch.cache_bytes = arguments.cache_gib << 30;
  const auto began = std::chrono::steady_clock::now();
  const Mirrors mirrors(arguments.mirrors.urls, arguments.mirrors.options());
  SampleFetcher fetcher(mirrors, arguments.fetch);
  const WantedSample wanted = fetcher.want(arguments.sample->spec());
  const auto output = open_fetch_output(arguments.output, wanted);
  const std::uint64_t kept = output->done();
  {
    Progress progress("fetch", wanted.list.size() - kept, "fragments");
    fetcher.fetch(
        wanted, kept,
        [&](std::uint64_t, const EncodedFragment& fragment) {
          output->add(fragment);
          progress.add(1);
        },
        [&progress](const FetchStatus& status) { progress.say(shown(status)); });
  }
  output->finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const std::vector<std::string> notes = fetcher.notes();
  std::ostream& out = arguments.output == "-" ? std::cerr : std::cout;
  if (arguments.json) {
    out << to_json(fetcher.status(), wanted.list.size(), kept, seconds, notes).dump(1) << "\n";
    return;
  }
  for (const std::string& note : notes) std::cerr << "frag: note: " << note << "\n";
  out << arguments.output << ": " << format_count(wanted.list.size()) << " fragments"
      << (kept > 0 ? ", " + format_count(kept) + " of them there already" : "") << ", "
      << format_fixed(seconds, 1) << " s (" << shown(fetcher.status()) << ")\n";
}

}  // namespace

void add_fetch(CLI::App& program) {
  auto arguments = std::make_shared<FetchArguments>();
  CLI::App* command = add_command(
      program, "fetch", "Fetches a drawn sample from mirrors, as a tar or a folder",
      "frag fetch http://one:8080 http://two:8080 --split train --count 6000 --seed 1 -o sample.tar");
  add_mirror_options(*command, arguments->mirrors);
  add_sample_options(*command, arguments->sample);
  command->add_option(
      "--by", arguments->by,
      "fragments: mirrors render; sources: this machine does, from files it keeps; auto: whichever "
      "moves fewer bytes");
  command->add_option("--confirm", arguments->confirm,
                      "Of what mirrors render, hold none, some or all against what a second mirror says");
  command->add_option("--format", arguments->format,
                      "raw, png or jpg; unless stated raw, or what packed shards hold");
  command
      ->add_option("-o,--output", arguments->output,
                   "OUT.tar, DIR/ (a folder a class), or - for a tar on standard output")
      ->required();
  command->add_option("--cache", arguments->fetch.cache, "The folder in which sources are kept");
  command->add_option("--cache-size", arguments->cache_gib, "What it may hold, in GiB");
  command->add_flag("--json", arguments->json, "Print what was fetched as JSON");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
