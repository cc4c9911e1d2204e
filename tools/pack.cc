// frag pack: fragments as files, for those who want files.
#include "libfrag/cutting/pack.h"

#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct PackArguments {
  PackOptions pack;
  std::string layout = "webdataset";
  std::string format = "png";
  std::string split;
  std::string part = "1/1";
  std::uint64_t count = 0;
  bool json = false;
  CLI::Option *format_given = nullptr, *quality_given = nullptr, *count_given = nullptr;
};

Json pack_json(const PackResult& result) {
  Json splits = Json::object(), shards = Json::array();
  for (const PackedSplit& split : result.manifest.splits) splits[split.name] = split.fragments;
  for (const auto& [split, shard] : result.manifest.shards) shards.push_back(shard.tar.file);
  return {{"fragments", result.fragments},
          {"written", result.written},
          {"bytes", result.bytes},
          {"splits", splits},
          {"shards", shards}};
}

void print(const PackOptions& pack_options, const PackResult& result) {
  std::cout << pack_options.folder.string() << ": " << count_of(result.fragments, "fragment");
  const char* before = " (";
  for (const PackedSplit& split : result.manifest.splits) {
    std::cout << before << split.name << " " << format_count(split.fragments);
    before = ", ";
  }
  std::cout << ")";
  if (!result.manifest.shards.empty())
    std::cout << " in " << count_of(result.manifest.shards.size(), "shard");
  if (pack_options.layout != PackLayout::imagefolder) std::cout << ", " << format_bytes(result.bytes);
  if (result.written < result.fragments)
    std::cout << "; " << format_count(result.fragments - result.written) << " were there already";
  std::cout << "\n";
}

void run(PackArguments& arguments) {
  PackOptions& pack_options = arguments.pack;
  pack_options.layout = parse_pack_layout(arguments.layout);
  if (arguments.format == "jpeg") arguments.format = "jpg";
  pack_options.format = parse_sample_format(arguments.format);
  pack_options.part = parse_part(arguments.part);
  if (pack_options.layout == PackLayout::coordinates && arguments.format_given->count() > 0)
    throw Error(Errc::usage, "coordinates hold no pixels: leave --format out");
  if (arguments.quality_given->count() > 0 && pack_options.format != SampleFormat::jpg)
    throw Error(Errc::usage, "--quality is of JPEG: add --format jpg");
  if (!arguments.split.empty()) pack_options.split = arguments.split;
  if (arguments.count_given->count() > 0) pack_options.count = arguments.count;

  const PackResult result = pack(pack_options);
  if (arguments.json) {
    std::cout << pack_json(result).dump() << "\n";
  } else {
    print(pack_options, result);
  }
}

}  // namespace

void add_pack(CLI::App& program) {
  auto arguments = std::make_shared<PackArguments>();
  PackOptions& pack_options = arguments->pack;
  CLI::App* command =
      add_command(program, "pack", "Writes fragments as files: tar shards, class folders, or coordinates",
                  "frag pack gels.frag -o shards --format jpg --split train");
  command->add_option("dataset", pack_options.dataset, "A dataset folder")->required();
  command->add_option("-o,--output", pack_options.folder, "The folder to write; a stopped export goes on")
      ->required();
  arguments->format_given = command->add_option("--format", arguments->format, "png, jpg or raw");
  arguments->quality_given = command->add_option(
      "--quality", pack_options.quality, "Of JPEG, 1 to 100; from 95 on colours keep their full resolution");
  command->add_option(
      "--layout", arguments->layout,
      "webdataset (tar shards), imagefolder (SPLIT/CLASS/KEY.png) or coordinates (one CSV, no pixels)");
  command->add_option("--split", arguments->split, "One side of the split; without it all, each by itself");
  arguments->count_given =
      command->add_option("--count", arguments->count,
                          "A balanced draw of so many fragments of each split, as frag sample draws them");
  command->add_option("--seed", pack_options.seed, "Of the draw, and of the shuffle");
  command->add_option("--part", arguments->part, "i/n: part i of n, so that several machines share the work");
  command
      ->add_option("--shard-size", pack_options.shard_bytes, "Bytes of a shard at most, as in 500MB or 1GiB")
      ->transform(CLI::AsSizeValue(true));
  command->add_option("--shard-fragments", pack_options.shard_fragments, "Fragments in a shard at most");
  command
      ->add_option("--memory", pack_options.memory_bytes,
                   "For decoded sources and waiting fragments; more of it shuffles more sources together")
      ->transform(CLI::AsSizeValue(false));
  command->add_flag("--force", pack_options.force,
                    "Start over where the folder holds this part of an export");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
