// What a fetched sample becomes on disk: a tar, or a folder with a folder a class. Both go on behind what an
// interrupted fetch left.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "libfrag/fetching/wanted_sample.h"

namespace frag {

class FetchOutput {
 public:
  virtual ~FetchOutput() = default;

  // Fragments that are there already, from the front.
  virtual std::uint64_t done() const = 0;
  // The next one. Errc::io where the disk fails; what was added before stays.
  virtual void add(const EncodedFragment& fragment) = 0;
  // All are there: makes the output whole.
  virtual void finish() = 0;
};

// `name` is "OUT.tar", "-" for a tar on standard output, or a folder ("DIR/", or one that exists). A tar is
// written as OUT.tar.part until it is whole. A folder gets CLASS/KEY.png, and fragments.jsonl with a line a
// fragment, which appears last. Errc::usage for another name, or a folder that holds something else.
std::unique_ptr<FetchOutput> open_fetch_output(const std::string& name, const WantedSample& wanted);

}  // namespace frag
