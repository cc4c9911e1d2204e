#include "trainer/run_folder.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag::trainer {
namespace {

namespace fs = std::filesystem;

constexpr char kWeights[] = "weights.safetensors";
constexpr char kModule[] = "module.pt";
constexpr char kConfig[] = "fit.toml";
constexpr char kBest[] = "best.safetensors";
constexpr char kCheckpoint[] = "checkpoint.safetensors";
constexpr char kEvents[] = "events.out.tfevents.fragtrain";
constexpr const char* kOurs[] = {kCheckpoint,  kWeights, kBest,   kRunFile,
                                 kHistoryFile, kEvents,  kConfig, kModule};

void make_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw Error(Errc::io, "create " + path.string() + ": " + failure.message());
}

// Whether a run could have left a file of that name, finished or not.
bool is_ours(std::string name) {
  if (name.ends_with(kUnfinished)) name.erase(name.size() - std::string(kUnfinished).size());
  return std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs);
}

void check_resumable(const fs::path& path) {
  if (fs::exists(path / kCheckpoint)) return;
  if (fs::exists(path / kWeights)) {
    throw Error(Errc::usage, path.string() + " holds a run without " + kCheckpoint +
                                 ", so there is nothing to go on from; --force replaces it");
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    if (is_ours(entry.path().filename().string())) continue;
    throw Error(Errc::usage, path.string() + " is not empty and holds no run to go on with");
  }
}

}  // namespace

RunFolder::RunFolder(fs::path path, Existing existing) : path_(std::move(path)), existing_(existing) {
  std::error_code failure;
  const bool there = fs::exists(path_, failure);
  if (there && !fs::is_directory(path_)) throw Error(Errc::usage, path_.string() + " is not a folder");
  if (!there || fs::is_empty(path_)) return;
  if (existing == Existing::resume) check_resumable(path_);
  if (existing == Existing::refuse) {
    throw Error(Errc::usage, path_.string() + " is not empty; --resume goes on with the run in it, --force " +
                                 "replaces it");
  }
}

std::optional<Checkpoint> RunFolder::checkpoint() const {
  if (existing_ != Existing::resume || !fs::exists(checkpoint_path())) return std::nullopt;
  return read_checkpoint(checkpoint_path());
}

void RunFolder::begin(const std::optional<ModuleFile>& module) const {
  make_folder(path_);
  for (const char* name : kOurs) fs::remove(path_ / name);
  if (module) write_file_atomic(path_ / kModule, module->bytes);
}

void RunFolder::save_config(const std::string& config) const {
  write_file_atomic(path_ / kConfig, config);
}

void RunFolder::save(const Checkpoint& checkpoint) const {
  write_checkpoint(checkpoint_path(), checkpoint);
}

void RunFolder::save_epoch(const Checkpoint& checkpoint, const Json& run, Watch watch) const {
  const History& history = checkpoint.history;
  write_file_atomic(weights_path(), checkpoint.network.file);
  if (best_of(history, watch) == history.size() - 1) {
    write_file_atomic(best_path(), checkpoint.network.file);
  }
  write_file_atomic(path_ / kHistoryFile, history_csv(history));
  write_events(path_ / kEvents, history_events(history));
  write_file_atomic(path_ / kRunFile, run.dump(2) + "\n");
  save(checkpoint);
}

fs::path RunFolder::weights_path() const {
  return path_ / kWeights;
}

fs::path RunFolder::best_path() const {
  return path_ / kBest;
}

fs::path RunFolder::checkpoint_path() const {
  return path_ / kCheckpoint;
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

void check_module_beside(const fs::path& weights, const ModuleFile& module) {
  const fs::path place = weights.parent_path() / kModule;
  if (!fs::exists(place) || read_module_file(place).sha256 == module.sha256) return;
  throw Error(Errc::usage, place.string() + " is another module than " + module.name +
                               ", which belongs beside " + weights.string() +
                               "; write the weights into another folder");
}

void save_module_beside(const fs::path& weights, const ModuleFile& module) {
  check_module_beside(weights, module);
  write_file_atomic(weights.parent_path() / kModule, module.bytes);
}

}  // namespace frag::trainer
