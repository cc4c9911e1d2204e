#include "trainer/run_folder.h"

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

namespace fs = std::filesystem;

constexpr char kWeights[] = "weights.safetensors";
constexpr char kRun[] = "run.json";
constexpr char kHistory[] = "history.csv";
constexpr char kModule[] = "module.pt";

void make_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw Error(Errc::io, "create " + path.string() + ": " + failure.message());
}

std::string history_csv(const std::vector<HistoryLine>& history) {
  std::string text = "epoch,loss,train_accuracy,val_accuracy,images_per_second,seconds\n";
  for (const HistoryLine& line : history) {
    text +=
        join({std::to_string(line.epoch), format_fixed(line.loss, 6), format_fixed(line.train_accuracy, 6),
              line.val_accuracy < 0 ? "" : format_fixed(line.val_accuracy, 6),
              format_fixed(line.images_per_second, 1), format_fixed(line.seconds, 3)},
             ",") +
        "\n";
  }
  return text;
}

}  // namespace

RunFolder::RunFolder(fs::path path, Existing existing) : path_(std::move(path)) {
  std::error_code failure;
  const bool there = fs::exists(path_, failure);
  if (there && !fs::is_directory(path_)) throw Error(Errc::usage, path_.string() + " is not a folder");
  if (existing == Existing::refuse && there && !fs::is_empty(path_)) {
    throw Error(Errc::usage, path_.string() + " is not empty; --force replaces the run in it");
  }
}

void RunFolder::save(const std::string& weights, const Json& run,
                     const std::vector<HistoryLine>& history) const {
  make_folder(path_);
  write_file_atomic(weights_path(), weights);
  write_file_atomic(path_ / kHistory, history_csv(history));
  write_file_atomic(path_ / kRun, run.dump(2) + "\n");
}

void RunFolder::save_module(const ModuleFile& module) const {
  make_folder(path_);
  write_file_atomic(path_ / kModule, module.bytes);
}

fs::path RunFolder::weights_path() const {
  return path_ / kWeights;
}

rounds::WeightsFile load_weights(const fs::path& path) {
  if (!fs::exists(path)) throw Error(Errc::not_found, path.string() + ": no such run or weights file");
  const fs::path file = fs::is_directory(path) ? path / kWeights : path;
  try {
    return rounds::parse_weights(read_file(file));
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    throw Error(Errc::bad_input, file.string() + ": " + error.what());
  }
}

std::optional<ModuleFile> load_module(const fs::path& path) {
  const fs::path file = (fs::is_directory(path) ? path : path.parent_path()) / kModule;
  if (!fs::exists(file)) return std::nullopt;
  return read_module_file(file);
}

}  // namespace frag::trainer
