// frag sample: the ids of a drawn sample, or its fragments as a tar, from a folder or a mirror.
#include <iostream>
#include <memory>
#include <optional>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/sample_export.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/fetching/sample_fetch.h"
#include "tools/commands.h"
#include "tools/sample_options.h"

namespace frag {
namespace {

struct SampleArguments {
  std::string place;
  std::shared_ptr<SampleOptions> sample = std::make_shared<SampleOptions>();
  SampleSpec spec;  // what those say
  std::string format = "raw";
  std::string output;
  bool ids = false;
};

// Standard output, or a file that is there only when it is whole.
class Output {
 public:
  explicit Output(const std::string& name) {
    if (name != "-") file_.emplace(name);
  }
  void write(std::string_view bytes) {
    if (file_) return file_->write(bytes);
    if (!std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw_errno("write", "standard output");
  }
  void finish() {
    if (file_) return file_->commit();
    if (!std::cout.flush()) throw_errno("write", "standard output");
  }

 private:
  std::optional<AtomicFile> file_;
};

void print_ids(const Catalog& catalog, const SampleSpec& spec) {
  const Sampler sampler(catalog);
  const SampleList list = sampler.draw(spec);
  for (std::uint64_t position = 0; position < list.size(); ++position) std::cout << list.at(position) << "\n";
}

void sample_folder(const SampleArguments& arguments) {
  const DatasetFolder folder(arguments.place);
  if (arguments.ids) return print_ids(folder.catalog(), arguments.spec);
  const Sampler sampler(folder.catalog());
  const SampleList list = sampler.draw(arguments.spec);
  FragmentRenderer renderer(folder);
  SampleExport settings;
  settings.format = parse_sample_format(arguments.format);
  settings.repeats = arguments.spec.repeats;
  Output output(arguments.output);
  Progress progress("sample", list.size(), "fragments");
  export_sample(
      folder.catalog(), renderer, list, settings, [&output](std::string_view bytes) { output.write(bytes); },
      [&progress] {
        throw_if_stopped();
        progress.add(1);
      });
  output.finish();
}

void sample_mirrors(const SampleArguments& arguments) {
  const Mirrors mirrors({arguments.place}, {});
  if (arguments.ids) return print_ids(mirrors.catalog(), arguments.spec);
  FetchOptions settings;
  settings.by = FetchBy::fragments;
  settings.format = parse_sample_format(arguments.format);
  SampleFetcher fetcher(mirrors, settings);
  const WantedSample wanted = fetcher.want(arguments.spec);
  Output output(arguments.output);
  Progress progress("sample", wanted.list.size(), "fragments");
  TarWriter tar([&output](std::string_view bytes) { output.write(bytes); });
  fetcher.fetch(wanted, 0, [&](std::uint64_t, const EncodedFragment& fragment) {
    add_fragment(tar, fragment);
    progress.add(1);
  });
  tar.finish();
  output.finish();
}

void run(SampleArguments& arguments) {
  if (arguments.ids != arguments.output.empty())
    throw Error(Errc::usage, "give -o FILE (or -o - for standard output), or --ids");
  parse_sample_format(arguments.format);
  arguments.spec = arguments.sample->spec();
  arguments.place.find("://") == std::string::npos ? sample_folder(arguments) : sample_mirrors(arguments);
}

}  // namespace

void add_sample(CLI::App& program) {
  auto arguments = std::make_shared<SampleArguments>();
  CLI::App* command =
      add_command(program, "sample", "Draws fragments at random: their ids, or a WebDataset tar of them",
                  "frag sample gels.frag --split train --count 600 --seed 1 --format png -o sample.tar");
  command->add_option("dataset", arguments->place, "A dataset folder, or a mirror's address")->required();
  add_sample_options(*command, arguments->sample);
  command->add_option("--format", arguments->format, "raw, png or jpg");
  command->add_option("-o,--output", arguments->output, "The tar to write, - for standard output");
  command->add_flag("--ids", arguments->ids, "Print the fragments' ids instead");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
