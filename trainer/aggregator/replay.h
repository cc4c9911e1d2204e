// A job's rounds made again from its recorded results, to see that they give the recorded weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace frag::aggregator {

struct ReplayedRound {
  std::int64_t round = 0;
  std::int64_t version = 0;
  std::int64_t results = 0;
  bool equal = false;  // the weights made again are the recorded ones, bit for bit
};

struct Replay {
  std::int64_t job = 0;
  std::int64_t rounds = 0;     // made again
  std::int64_t not_kept = 0;   // closed rounds before them whose files are gone by the job's `keep`
  std::int64_t different = 0;  // of the rounds made again
};

// Of `job`, or of the newest. From the first round whose results and all later ones are still there, each
// round starts from what the one before it gave here; `report` is called after each. Nothing in the directory
// is changed. Errc::refused where the directory is in use; Errc::not_found where there is no such job, or
// nothing of it is left to replay.
Replay replay(const std::filesystem::path& state, std::optional<std::int64_t> job,
              const std::function<void(const ReplayedRound&)>& report);

}  // namespace frag::aggregator
