// RUN: what `fragtrain fit` leaves behind. Every file is whole or absent.
//
//   weights.safetensors   the network after the last whole epoch, with its model card
//   run.json              settings, dataset and results
//   history.csv           a line an epoch
//   module.pt             where the network is a TorchScript module: its file
//
// A cross-validation leaves RUN/fold0, RUN/fold1, ..., each such a folder, and RUN/folds.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "libfrag/rounds/safetensors.h"
#include "trainer/module_file.h"

namespace frag::trainer {

enum class Existing {
  refuse,     // a folder that is not empty is Errc::usage
  overwrite,  // its files of these names are replaced, others left alone
};

// A line of history.csv.
struct HistoryLine {
  std::int64_t epoch = 0;  // from 1
  double loss = 0;
  double train_accuracy = 0;
  double val_accuracy = -1;  // below 0: not measured, an empty cell
  double images_per_second = 0;
  double seconds = 0;
};

class RunFolder {
 public:
  // Makes nothing yet: a run that fails before its first epoch leaves no folder.
  RunFolder(std::filesystem::path path, Existing existing);

  // The state after an epoch; weights first, so that the other files never speak of an epoch that is not
  // there.
  void save(const std::string& weights, const Json& run, const std::vector<HistoryLine>& history) const;

  // Before the first save.
  void save_module(const ModuleFile& module) const;

  std::filesystem::path weights_path() const;

 private:
  std::filesystem::path path_;
};

// The weights of a RUN, or of a weights file; `path` as its user wrote it.
rounds::WeightsFile load_weights(const std::filesystem::path& path);

// The module.pt in a RUN, or beside a weights file; nullopt where there is none.
std::optional<ModuleFile> load_module(const std::filesystem::path& path);

}  // namespace frag::trainer
