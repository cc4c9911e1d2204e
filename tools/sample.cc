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

struct Options {
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

void sample_folder(const Options& options) {
  const DatasetFolder folder(options.place);
  if (options.ids) return print_ids(folder.catalog(), options.spec);
  const Sampler sampler(folder.catalog());
  const SampleList list = sampler.draw(options.spec);
  FragmentRenderer renderer(folder);
  SampleExport settings;
  settings.format = parse_sample_format(options.format);
  settings.repeats = options.spec.repeats;
  Output output(options.output);
  Progress progress("sample", list.size(), "fragments");
  export_sample(
      folder.catalog(), renderer, list, settings, [&output](std::string_view bytes) { output.write(bytes); },
      [&progress] {
        throw_if_stopped();
        progress.add(1);
      });
  output.finish();
}

void sample_mirrors(const Options& options) {
  const Mirrors mirrors({options.place}, {});
  if (options.ids) return print_ids(mirrors.catalog(), options.spec);
  FetchOptions settings;
  settings.by = FetchBy::fragments;
  settings.format = parse_sample_format(options.format);
  SampleFetcher fetcher(mirrors, settings);
  const WantedSample wanted = fetcher.want(options.spec);
  Output output(options.output);
  Progress progress("sample", wanted.list.size(), "fragments");
  TarWriter tar([&output](std::string_view bytes) { output.write(bytes); });
  fetcher.fetch(wanted, 0, [&](std::uint64_t, const EncodedFragment& fragment) {
    add_fragment(tar, fragment);
    progress.add(1);
  });
  tar.finish();
  output.finish();
}

void run(Options& options) {
  if (options.ids != options.output.empty())
    throw Error(Errc::usage, "give -o FILE (or -o - for standard output), or --ids");
  parse_sample_format(options.format);
  options.spec = options.sample->spec();
  options.place.find("://") == std::string::npos ? sample_folder(options) : sample_mirrors(options);
}

}  // namespace

void add_sample(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "sample", "Draws fragments at random: their ids, or a WebDataset tar of them",
                  "frag sample gels.frag --split train --count 600 --seed 1 --format png -o sample.tar");
  command->add_option("dataset", options->place, "A dataset folder, or a mirror's address")->required();
  add_sample_options(*command, options->sample);
  command->add_option("--format", options->format, "raw, png or jpg");
  command->add_option("-o,--output", options->output, "The tar to write, - for standard output");
  command->add_flag("--ids", options->ids, "Print the fragments' ids instead");
  command->callback([options] { run(*options); });
}

}  // namespace frag
