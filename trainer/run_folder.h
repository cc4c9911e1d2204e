// RUN: what `fragtrain fit` leaves behind. Every file is whole or absent.
//
//   weights.safetensors      the network after the last whole epoch, with its model card
//   best.safetensors         the same after the epoch of the best validation; only where there is one
//   checkpoint.safetensors   all that is needed to go on (checkpoint.h)
//   run.json                 settings, dataset and results
//   history.csv              a line an epoch
//   events.out.tfevents...   the same for TensorBoard
//   fit.toml                 the settings, to repeat the run from
//   module.pt                where the network is a TorchScript module: its file
//
// A cross-validation leaves RUN/fold0, RUN/fold1, ..., each such a folder but for fit.toml, which
// is in RUN beside RUN/folds.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "libfrag/base/json.h"
#include "libfrag/rounds/safetensors.h"
#include "trainer/checkpoint.h"
#include "trainer/history.h"
#include "trainer/module_file.h"

namespace frag::trainer {

inline constexpr char kRunFile[] = "run.json";
inline constexpr char kHistoryFile[] = "history.csv";

enum class Existing {
  refuse,     // a folder that is not empty is Errc::usage
  overwrite,  // the run in it is replaced with the first save, other files left alone
  resume,     // the run in it is gone on with; one that has not come to a checkpoint begins
};

class RunFolder {
 public:
  // Makes nothing yet: a run that fails before its first save leaves no folder. Errc::usage where `path` is
  // no folder, is not empty though it should be, or is to be resumed and holds other things than a run, or a
  // run without a checkpoint.
  RunFolder(std::filesystem::path path, Existing existing);

  // Where to go on; nullopt where the run begins. Errors as read_checkpoint.
  std::optional<Checkpoint> checkpoint() const;

  // Before the first save of a run that begins: makes the folder, and removes what an earlier run left in it.
  void begin(const std::optional<ModuleFile>& module) const;

  // fit.toml, into the folder that there is by then.
  void save_config(const std::string& config) const;

  // The state between two steps.
  void save(const Checkpoint& checkpoint) const;

  // The state after an epoch, which is the last line of the history: the checkpoint last, so that a process
  // killed in between does that epoch again.
  void save_epoch(const Checkpoint& checkpoint, const Json& run, Watch watch) const;

  std::filesystem::path weights_path() const;
  std::filesystem::path best_path() const;
  std::filesystem::path checkpoint_path() const;

 private:
  std::filesystem::path path_;
  Existing existing_;
};

// The weights of a RUN, or of a weights file; `path` as its user wrote it.
rounds::WeightsFile load_weights(const std::filesystem::path& path);

// The module.pt in a RUN, or beside a weights file; nullopt where there is none.
std::optional<ModuleFile> load_module(const std::filesystem::path& path);

// The module of a weights file, beside it as module.pt, where load_module finds it. check_module_beside:
// Errc::usage where that is the place of another module.
void check_module_beside(const std::filesystem::path& weights, const ModuleFile& module);
void save_module_beside(const std::filesystem::path& weights, const ModuleFile& module);

}  // namespace frag::trainer
