#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/image/encode.h"
#include "trainer/commands.h"
#include "trainer/predicting/class_map.h"
#include "trainer/predicting/prediction_table.h"
#include "trainer/run_folder.h"

namespace frag::trainer {
namespace {

struct PredictArguments {
  std::string weights;
  std::vector<std::string> places;
  std::string output;     // empty: the table goes to standard output
  std::string fragments;  // file to write; empty: none
  std::string maps;       // folder to write to; empty: none
  std::string angles = "0";
  std::string split;
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

// How the network's fragments were cut, as far as its card says.
Recipe recipe_of(const ModelCard& card) {
  if (card.recipe) return *card.recipe;
  Recipe recipe;
  if (card.fragment == 0) {
    recipe.fit = frag::Fit::whole;
    recipe.angles = "0";
  } else {
    recipe.tile = card.fragment;
  }
  std::fprintf(stderr,
               "fragtrain: these weights do not say how their fragments were cut; images are cut into %s\n",
               card.fragment == 0 ? "one fragment each" : (std::to_string(card.fragment) + " px").c_str());
  return recipe;
}

// The files that a map may be called by: NAME.map.png, without folders, and no name twice.
class MapNames {
 public:
  explicit MapNames(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  std::filesystem::path next(const std::string& picture) {
    std::string stem;
    for (const std::filesystem::path& part : std::filesystem::path(picture)) {
      if (part == "/" || part == "." || part == "..") continue;
      stem += (stem.empty() ? "" : "_") + part.string();
    }
    std::string name = stem;
    for (int i = 2; !taken_.insert(name).second; ++i) name = stem + "-" + std::to_string(i);
    return folder_ / (name + ".map.png");
  }

 private:
  std::filesystem::path folder_;
  std::set<std::string> taken_;
};

class Predict {
 public:
  explicit Predict(const PredictArguments& arguments)
      : arguments_(arguments),
        module_(load_module(arguments.weights)),
        network_(load_weights(arguments.weights), arguments.weights, module_ ? &*module_ : nullptr) {
    const PictureRules rules{
        .recipe = recipe_of(network_.card()), .angles = arguments.angles, .split = arguments.split};
    for (const std::string& place : arguments.places) sources_.push_back(open_pictures(place, rules));
    if (!arguments.output.empty()) table_.emplace(arguments.output);
    if (!arguments.fragments.empty()) fragments_.emplace(arguments.fragments);
    if (!arguments.maps.empty()) maps_.emplace(arguments.maps);
    called_.resize(network_.card().classes.size());
  }

  void run();

 private:
  void write_row(const std::string& line);
  void take(const Picture& picture, Progress& progress);
  void finish();

  const PredictArguments& arguments_;
  std::optional<ModuleFile> module_;
  Network network_;
  std::vector<std::unique_ptr<PictureSource>> sources_;
  std::optional<AtomicFile> table_, fragments_;
  std::optional<MapNames> maps_;
  Json pictures_ = Json::array();
  std::vector<std::uint64_t> called_;  // pictures by class
  std::uint64_t done_ = 0;
  std::vector<std::pair<std::string, std::string>> left_out_;  // name and reason
};

void Predict::run() {
  std::uint64_t all = 0;
  for (const auto& source : sources_) all += source->size();
  write_row(picture_header(network_.card()));
  if (fragments_) fragments_->write(fragment_header(network_.card()));
  {
    Progress progress("predict", all, "images");
    for (const auto& source : sources_) {
      for (std::size_t i = 0; i < source->size(); ++i) {
        throw_if_stopped();
        source->read(
            i, [&](const Picture& picture) { take(picture, progress); },
            [&](const std::string& name, const std::string& reason) {
              left_out_.emplace_back(name, reason);
            });
        progress.add(1);
      }
    }
  }
  finish();
}

void Predict::write_row(const std::string& line) {
  if (table_) {
    table_->write(line);
  } else if (!arguments_.json) {
    std::fputs(line.c_str(), stdout);
  }
}

void Predict::take(const Picture& picture, Progress& progress) {
  std::uint64_t fragments = 0;
  const auto prediction = classify(network_, picture, [&](std::uint64_t some) {
    throw_if_stopped();
    fragments += some;
    progress.say(picture.name + ": " + format_count(fragments) + " of " +
                 count_of(picture.tiles.size(), "fragment"));
  });
  const ModelCard& card = network_.card();
  write_row(picture_line(prediction, card));
  if (arguments_.json) pictures_.push_back(to_json(prediction, card));
  if (fragments_) fragments_->write(fragment_lines(picture, prediction, card));
  if (maps_ && picture.tiles.size() > 1) {
    write_file_atomic(maps_->next(picture.name), encode_png(draw_class_map(picture, prediction, card)));
  }
  ++called_[prediction.class_number];
  ++done_;
}

// Says what was done and, last, whether something was left out.
void Predict::finish() {
  if (table_) table_->commit();
  if (fragments_) fragments_->commit();
  const auto& classes = network_.card().classes;
  if (arguments_.json) {
    Json left_out = Json::array();
    for (const auto& [name, reason] : left_out_) left_out.push_back({{"image", name}, {"reason", reason}});
    const Json json{{"model", network_.card().model},
                    {"classes", classes},
                    {"images", std::move(pictures_)},
                    {"left_out", std::move(left_out)}};
    std::printf("%s\n", json.dump(2).c_str());
  } else if (!arguments_.output.empty()) {
    std::string text = count_of(done_, "image") + ":";
    for (std::size_t c = 0; c < classes.size(); ++c)
      text += (c > 0 ? ", " : " ") + classes[c] + " " + format_count(called_[c]);
    std::printf("%s\n", text.c_str());
  }
  for (const auto& [name, reason] : left_out_)
    std::fprintf(stderr, "fragtrain: %s: %s\n", name.c_str(), reason.c_str());
  if (left_out_.empty()) return;
  throw Error(
      done_ > 0 ? Errc::partial : Errc::bad_input,
      count_of(left_out_.size(), "image") + " could not be classified, " + format_count(done_) + " could");
}

}  // namespace

void add_predict(CLI::App& program) {
  auto* command =
      add_learning_command(program, "predict", "fragtrain predict run images/ -o classes.csv --map maps");
  const auto arguments = std::make_shared<PredictArguments>();
  command->add_option("weights", arguments->weights, "Run folder or weights file (.safetensors)")->required();
  command->add_option("images", arguments->places, "Image files, folders of images, dataset folders")
      ->required();
  command->add_option("-o,--output", arguments->output,
                      "CSV file to write, a line an image; without it, to standard output");
  command->add_option("--fragments", arguments->fragments, "CSV file to write: a line a fragment");
  command->add_option(
      "--map", arguments->maps,
      "Folder to write to: every image of several fragments with their classes drawn over it");
  command->add_option("--angles", arguments->angles,
                      "What fragments are turned by, degrees: first:last:step, or a list");
  command->add_option("--split", arguments->split, "Of datasets, only the sources of this split");
  add_compute(command, arguments->threads, arguments->device);
  command->add_flag("--json", arguments->json, "As JSON");
  set_action(command, [arguments] {
    use_compute(arguments->threads, arguments->device);
    Predict(*arguments).run();
  });
}

}  // namespace frag::trainer
