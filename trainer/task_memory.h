// What a worker keeps of a job from one task to the next: the rest of a compression, or weights of its own.
//
// Whether a task's result was taken, a worker may learn only from its next lease: the answer may be lost, and
// whoever carries the file may be another program. So it keeps what holds if it was, and what holds if not;
// and what held before, so that the same task done again gives the same bytes. One file a job, replaced as a
// whole before the result leaves; only the newest job's stays. One thread, and one process for a folder.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/rounds/messages.h"

namespace frag::trainer {

// Numbers by name; empty where nothing is kept yet.
using KeptNumbers = std::map<std::string, std::vector<float>>;

struct KeptTask {
  KeptNumbers before;   // when the task began
  KeptNumbers taken;    // from now on, where its result counts
  KeptNumbers refused;  // from now on, where it does not
};

class TaskMemory {
 public:
  // Of forget_others(): all go.
  static constexpr std::int64_t kNoJob = -1;

  // Without a folder all of it is gone with the object.
  explicit TaskMemory(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  // Makes the folder, if there is to be one. Errc::io, with the way out, where nothing can be kept in it.
  void make_folder() const;

  // What holds as `lease` begins, by what it says of the task before. Empty for the first task of a job, and,
  // with a line on standard error, where what is kept is damaged or belongs to another history of the job, or
  // where nothing is kept of a job in which a result of this worker counts.
  KeptNumbers settle(const rounds::Lease& lease);

  // Durable on return. Errc::io.
  void keep(const rounds::Lease& lease, KeptTask kept);

  // Of the newest task, if it is this one, only that state stays in memory: no lease will ask for the others.
  // A folder keeps them, as somebody else may.
  void keep_only(const std::string& task, KeptNumbers KeptTask::*state);

  // Removes what is kept of all jobs but `job`.
  void forget_others(std::int64_t job);

 private:
  // What tells whether it is gone on with, and with which of its states.
  struct Heading {
    std::string job;       // tells its job from others of that number
    std::string task;      // the newest that was done
    std::string accepted;  // as its lease said
    std::int64_t round = 0;
  };
  static Heading heading_of(const rounds::Lease& lease);
  static Heading heading_from_json(const Json& json);

  std::filesystem::path path_of(std::int64_t job) const;
  KeptNumbers settle_from_file(const rounds::Lease& lease) const;
  // The state that `lease` goes on from; nullptr, after saying so, for none.
  static KeptNumbers KeptTask::*state_for(const Heading& heading, const rounds::Lease& lease);

  const std::filesystem::path folder_;
  // Of the newest job, where there is no folder.
  std::optional<Heading> heading_;
  KeptTask kept_;
};

// $XDG_STATE_HOME/fragtrain/AGGREGATOR/NAME-DIGITS, or ~/.local/state/..., with what is no letter, digit or
// "-" of both as "_"; the first 8 digits of the name's SHA-256 tell apart names that look alike then. Empty
// where there is no such place; Errc::usage where the aggregator's address is none.
std::filesystem::path usual_memory_folder(const std::string& aggregator, const std::string& name);

}  // namespace frag::trainer
