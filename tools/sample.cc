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
#include "libfrag/fetching/access.h"
#include "libfrag/http/client.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string place;
  SampleSpec spec;
  std::uint64_t count = 0;
  std::string format = "raw";
  std::string output;
  bool ids = false;
  bool unbalanced = false;
  bool repeats = false;
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

void sample_mirror(const Options& options) {
  const std::string url = http::normalise_base_url(options.place);
  if (options.ids) {
    http::Client client;
    return print_ids(Catalog(fetch_metadata(client, url)), options.spec);
  }
  auto query = to_query(options.spec);
  query.emplace_back("format", options.format);
  http::BodyStream body(url + "/v1/sample" + http::make_query(query), {});
  Output output(options.output);
  Progress progress("sample", options.spec.count.value_or(0), "fragments");
  // What goes to the file is read as a tar on the way, so that a stream cut short is never taken for a whole
  // one.
  TarReader tar([&](char* buffer, std::size_t capacity) {
    const std::size_t got = body.read(buffer, capacity);
    output.write({buffer, got});
    return got;
  });
  while (const auto member = tar.next()) {
    throw_if_stopped();
    if (member->name.size() > 5 && member->name.substr(member->name.size() - 5) == ".json") progress.add(1);
  }
  output.finish();
}

void run(Options& options) {
  if (options.ids != options.output.empty())
    throw Error(Errc::usage, "give -o FILE (or -o - for standard output), or --ids");
  parse_sample_format(options.format);
  if (options.count > 0) options.spec.count = options.count;
  options.spec.balance = options.unbalanced ? Balance::none : Balance::by_class;
  options.spec.repeats = options.repeats ? Repeats::allow : Repeats::refuse;
  options.place.find("://") == std::string::npos ? sample_folder(options) : sample_mirror(options);
}

}  // namespace

void add_sample(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "sample", "Draws fragments at random: their ids, or a WebDataset tar of them",
                  "frag sample gels.frag --split train --count 600 --seed 1 --format png -o sample.tar");
  command->add_option("dataset", options->place, "A dataset folder, or a mirror's address")->required();
  command->add_option("--split", options->spec.split, "Which side of the split");
  command->add_option("--count", options->count, "How many fragments; without it as many as there are");
  command->add_option("--seed", options->spec.seed, "Equal seeds draw equal fragments, everywhere");
  command->add_option("--round", options->spec.round, "Draws anew for each round");
  command->add_option("--part", options->spec.part, "Draws anew for each part, from 0");
  command->add_option("--parts", options->spec.parts, "How many parts there are");
  command->add_flag("--unbalanced", options->unbalanced,
                    "Every fragment equally likely, instead of every class");
  command->add_flag("--repeats", options->repeats, "Start over where a class has too few");
  command->add_option("--format", options->format, "raw, png or jpg");
  command->add_option("-o,--output", options->output, "The tar to write, - for standard output");
  command->add_flag("--ids", options->ids, "Print the fragments' ids instead");
  command->callback([options] { run(*options); });
}

}  // namespace frag
