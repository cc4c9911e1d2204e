// What the checks of `frag verify` share. Private to libfrag/cutting.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/archive/shard_writer.h"
#include "libfrag/cutting/verify.h"

namespace frag {

// Independent checks, run in parallel; each adds to a report of its own, and these are joined in the order in
// which the checks were added. What a check throws comes out of run().
class Checks {
 public:
  void add(std::function<void(VerifyReport&)> check) { checks_.push_back(std::move(check)); }
  void run(VerifyReport& report);

 private:
  std::vector<std::function<void(VerifyReport&)>> checks_;
};

// Compares a file with what is stated of it: that it is there, its length (where it is not 0) and its
// SHA-256.
void check_stated(const std::filesystem::path& folder, const StatedFile& stated, VerifyReport& report);

// The file opened, or nullopt and a line in the report where it does not exist.
std::unique_ptr<FileReader> open_or_report(const std::filesystem::path& folder, const std::string& name,
                                           VerifyReport& report);

// Lines "DIGEST  NAME" of a SHA256SUMS; bytes are 0. A line of another form is Errc::bad_input.
std::vector<StatedFile> parse_sums(const std::string& text, const std::string& name);

void verify_dataset(const std::filesystem::path& folder, PixelCheck pixels, VerifyReport& report);
void verify_pack(const std::filesystem::path& folder, PixelCheck pixels, VerifyReport& report);
// One tar: against the export that it belongs to, else against its index, else by itself.
void verify_shard(const std::filesystem::path& shard, PixelCheck pixels, VerifyReport& report);

}  // namespace frag
