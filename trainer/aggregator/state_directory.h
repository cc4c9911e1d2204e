// The state directory: every name in it is made here, and only one process uses it at a time.
//
// clang-format off
//   lock                             held (flock) by the process that uses the directory; its number is in it
//   rounds.sqlite                    the records (sqlite_store.h)
//   weights/00000007.safetensors     version 7
//   memory/00000007.safetensors      what the rule remembers beside version 7, where it remembers anything
//   results/TASK-DIGEST.safetensors  a result, accepted or about to be; DIGEST is its XXH3-128
//   incoming/                        uploads on their way; emptied at the start
//   jobs/                            tables of each job for other programs (job_files.h)
//   tokens.json                      who may ask (token_file.h)
// clang-format on
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

namespace frag::aggregator {

// The file of tokens in a state directory, which needs no lock of the directory (token_file.h).
std::filesystem::path token_file_in(const std::filesystem::path& root);

class StateDirectory {
 public:
  // Makes the directory where it is missing, and takes the lock: Errc::refused where another process holds
  // it.
  explicit StateDirectory(const std::filesystem::path& root);
  ~StateDirectory();
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  std::filesystem::path database() const { return root_ / "rounds.sqlite"; }
  std::filesystem::path tokens() const { return token_file_in(root_); }
  std::filesystem::path weights(std::int64_t version) const;
  std::filesystem::path memory(std::int64_t version) const;
  std::filesystem::path results() const { return root_ / "results"; }
  std::filesystem::path result(const std::string& task, const std::string& digest) const;
  std::filesystem::path jobs() const { return root_ / "jobs"; }
  // A new name at each call; any thread.
  std::filesystem::path incoming();

 private:
  void lock();

  const std::filesystem::path root_;
  int lock_ = -1;
  std::atomic<std::uint64_t> uploads_{0};
};

}  // namespace frag::aggregator
