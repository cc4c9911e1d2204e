// The folder "NAME.part" beside a dataset, in which a cut grows until it is whole.
//
// Belongs to one thread, and to one process: a second one is refused.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/dataset/tables.h"

namespace frag {

class Staging {
 public:
  enum class Target {
    fresh,     // there is no dataset yet
    grown,     // what is cut is added to the dataset
    replaced,  // the dataset is exchanged for what is cut
  };

  // Makes the folder, or goes on with what an interrupted cut left there. Errc::usage where the folder is
  // something else, or another process is at work in it; Errc::io.
  Staging(const std::filesystem::path& dataset, Target target);
  // Removes the folder, unless there is something to go on with.
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path journal() const { return folder_ / "journal.jsonl"; }

  // Removes all files of the store but these, named as shards are: "store/00000.tar".
  void keep_only(const std::set<std::string>& shards) const;

  // Writes the metadata and makes the dataset what the tables say, in one step; returns its id.
  std::string publish(const Tables& tables);
  // After `why` ended the cut: true where the same command can go on with what is there, which then stays.
  bool give_up(Errc why);

 private:
  std::string publish_grown(const Tables& tables);

  const std::filesystem::path dataset_, folder_;
  const Target target_;
  int lock_ = -1;  // the folder itself, opened
  bool keep_ = false;
};

}  // namespace frag
