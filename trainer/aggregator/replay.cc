#include "trainer/aggregator/replay.h"

#include <algorithm>
#include <string>

#include "libfrag/base/error.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/coordinator.h"
#include "trainer/aggregator/sqlite_store.h"
#include "trainer/aggregator/state_directory.h"

namespace frag::aggregator {
namespace {

using rounds::Closing;

// The weights that are made again, the newest two of them.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& root) : root_(root / "replay") {
    remove();
    std::filesystem::create_directory(root_);
  }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path weights(std::int64_t round) const { return root_ / ("weights" + parity(round)); }
  std::filesystem::path memory(std::int64_t round) const { return root_ / ("memory" + parity(round)); }

 private:
  static std::string parity(std::int64_t round) { return round % 2 == 0 ? "0" : "1"; }
  void remove() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  const std::filesystem::path root_;
};

bool all_there(const StateDirectory& directory, const Closing& round) {
  return std::all_of(round.results.begin(), round.results.end(), [&](const Closing::Result& result) {
    return std::filesystem::exists(directory.result(result.task, result.digest));
  });
}

// The closed rounds whose results are there, without a gap up to the newest; `not_kept` counts those before.
std::vector<Closing> kept_rounds(const StateDirectory& directory, const rounds::Coordinator& coordinator,
                                 std::int64_t job, std::int64_t& not_kept) {
  std::vector<Closing> kept;
  const std::int64_t closed = totals_of(coordinator.status(job, 0)).closed;
  not_kept = closed;
  for (std::int64_t round = closed; round >= 1; --round) {
    Closing again = coordinator.closed(job, round);
    if (!all_there(directory, again)) break;
    kept.push_back(std::move(again));
    --not_kept;
  }
  std::reverse(kept.begin(), kept.end());
  // The first starts from weights on disk.
  while (!kept.empty() && !std::filesystem::exists(directory.weights(kept.front().base))) {
    kept.erase(kept.begin());
    ++not_kept;
  }
  return kept;
}

rounds::StepFiles files_of(const StateDirectory& directory, const Scratch& scratch, const Closing& round,
                           bool first) {
  rounds::StepFiles files;
  files.base = first ? directory.weights(round.base) : scratch.weights(round.round - 1);
  for (const Closing::Result& result : round.results) {
    files.results.push_back(directory.result(result.task, result.digest));
  }
  files.next = scratch.weights(round.round);
  if (round.round > 1) files.memory = first ? directory.memory(round.base) : scratch.memory(round.round - 1);
  files.next_memory = scratch.memory(round.round);
  return files;
}

}  // namespace

Replay replay(const std::filesystem::path& state, std::optional<std::int64_t> wanted,
              const std::function<void(const ReplayedRound&)>& report) {
  if (!std::filesystem::is_directory(state)) {
    throw Error(Errc::not_found, state.string() + ": no such state directory");
  }
  const StateDirectory directory(state);
  SqliteStore store(directory.database());
  const rounds::Coordinator coordinator(store, [] { return rounds::Millis{0}; });
  Replay replay;
  replay.job = wanted ? *wanted : coordinator.newest_job();
  const std::vector<Closing> kept = kept_rounds(directory, coordinator, replay.job, replay.not_kept);
  if (kept.empty()) {
    throw Error(Errc::not_found, "job " + std::to_string(replay.job) +
                                     " has no closed round whose results are still there (a job's \"keep\" "
                                     "says how many rounds' are; 0 keeps all)");
  }
  const Scratch scratch(state);
  for (const Closing& round : kept) {
    const auto rule = rounds::make_rule(round.rule, round.step);
    const auto files = files_of(directory, scratch, round, &round == &kept.front());
    const rounds::Aggregated made = rounds::aggregate(files, *rule);
    const bool equal = coordinator.weights(round.version)->digest == made.digest;
    ++replay.rounds;
    replay.different += !equal;
    report({round.round, round.version, static_cast<std::int64_t>(round.results.size()), equal});
  }
  return replay;
}

}  // namespace frag::aggregator
