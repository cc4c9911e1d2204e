// Who may ask: bearer tokens out of a file, one a line.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace frag {

// Any number of threads may ask; the file is read again on demand.
class Tokens {
 public:
  // Lines that begin with # and empty ones count for nothing. Errc::not_found or Errc::io where the file
  // cannot be read, Errc::bad_input where it holds no token or a line is no token.
  explicit Tokens(std::filesystem::path file);

  // Errors as the constructor; then the tokens are those of before.
  void reload();
  // Takes the same time whichever token is given: what is compared are digests, all of them, to their ends.
  bool allow(const std::string& token) const;

 private:
  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::vector<std::string> digests_;  // SHA-256, guarded by mutex_
};

}  // namespace frag
