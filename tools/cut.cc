// frag cut: images and a recipe to a dataset, a new one or one that grows.
#include "libfrag/cutting/cut.h"

#include <iostream>
#include <memory>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "tools/commands.h"
#include "tools/recipe_options.h"

namespace frag {
namespace {

struct CutArguments {
  CutOptions cut;
  RecipeOptions recipe;
  bool force = false;
  bool strict = false;
  bool strip = false;
  bool in_place = false;
  bool json = false;
};

// "3 sources added, 57 images known already"; nothing for what did not happen.
std::string what_happened(const CutResult& result) {
  std::vector<std::string> parts = {count_of(result.added, "source") + " added"};
  if (result.known > 0) parts.push_back(count_of(result.known, "image") + " known already");
  if (result.resumed > 0)
    parts.push_back(count_of(result.resumed, "image") + " taken over from an interrupted cut");
  return join(parts, ", ");
}

void print_summary(const CutOptions& options, const CutResult& result) {
  std::cout << options.dataset.string() << ": " << count_of(result.sources, "source") << ", "
            << count_of(result.fragments, "fragment");
  if (result.left_out > 0) std::cout << " kept and " << format_count(result.left_out) << " left out";
  std::cout << "\n"
            << what_happened(result) << ", " << format_bytes(result.bytes) << " stored\n"
            << "report " << report_file_of(options.dataset).string() << "\n";
  if (result.anonymous)
    std::cout << "key    " << key_file_of(options.dataset).string() << " (keep it to yourself)\n";
  if (!result.parent.empty()) std::cout << "parent " << result.parent << "\n";
  std::cout << "id " << result.id << "\n";
}

Json cut_json(const CutOptions& options, const CutResult& result) {
  Json skipped = Json::array();
  for (const SkippedImage& image : result.skipped)
    skipped.push_back({{"name", image.name}, {"reason", image.reason}});
  return {{"id", result.id},
          {"parent", result.parent.empty() ? Json(nullptr) : Json(result.parent)},
          {"sources", result.sources},
          {"fragments", result.fragments},
          {"left_out", result.left_out},
          {"added", result.added},
          {"known", result.known},
          {"resumed", result.resumed},
          {"stored_bytes", result.bytes},
          {"report", report_file_of(options.dataset).string()},
          {"key", result.anonymous ? Json(key_file_of(options.dataset).string()) : Json(nullptr)},
          {"notes", result.notes},
          {"skipped", skipped}};
}

void run(CutArguments& arguments) {
  CutOptions& cutting = arguments.cut;
  cutting.recipe = arguments.recipe.resolve();
  cutting.asked_keys = arguments.recipe.asked_keys();
  cutting.on_bad_image = arguments.strict ? OnBadImage::stop : OnBadImage::skip;
  cutting.on_existing = arguments.force ? OnExisting::replace : OnExisting::add;
  cutting.storage = arguments.strip ? Storage::strip : arguments.in_place ? Storage::in_place : Storage::copy;
  const CutResult result = cut(cutting);
  print_skipped(result.skipped);
  print_notes(result.notes);
  if (arguments.json) {
    std::cout << cut_json(cutting, result).dump() << "\n";
  } else {
    print_summary(cutting, result);
  }
  std::cout.flush();
  std::set<std::string> names;
  for (const SkippedImage& image : result.skipped) names.insert(image.name);
  if (!names.empty()) {
    throw Error(Errc::partial, count_of(names.size(), "image") + (names.size() == 1 ? " was" : " were") +
                                   " left out, whole or in part; named above");
  }
}

}  // namespace

void add_cut(CLI::App& program) {
  auto arguments = std::make_shared<CutArguments>();
  CLI::App* command = add_command(program, "cut", "Makes a dataset from images, or adds images to one",
                                  "frag cut images/ gels.frag --tile 256 --overlap 0.5 --angles 0:355:5");
  command->add_option("images", arguments->cut.images, "A folder of images; by default a folder a class")
      ->required();
  command
      ->add_option("dataset", arguments->cut.dataset,
                   "The dataset to make; images are added to one that is there")
      ->required();
  command->add_flag("--force", arguments->force, "Make it anew where it is there already");
  command->add_flag("--strict", arguments->strict, "Stop at the first image that cannot be used");
  CLI::Option* strip = command->add_flag("--strip", arguments->strip,
                                         "Store only the pixels that are used: no EXIF, no labels of slides");
  command->add_flag("--in-place", arguments->in_place, "Refer to the images where they are; not for mirrors")
      ->excludes(strip);
  command->add_flag("--anonymous", arguments->cut.anonymous,
                    "Hashes for names and groups; DATASET.key.csv says what they stand for");
  command->add_flag("--json", arguments->json, "Print JSON");
  arguments->recipe.add_to(*command);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
