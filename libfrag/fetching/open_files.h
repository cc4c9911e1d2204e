// Many files to read from, few of them open.
//
// Any number of threads may ask.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "libfrag/base/file.h"

namespace frag {

class OpenFiles {
 public:
  // Keeps the `most` files open that were asked for last; whoever reads from one keeps it open, too.
  explicit OpenFiles(std::vector<std::filesystem::path> paths, std::size_t most = 64);

  // The file of that number, below paths.size(). Errors as FileReader's.
  std::shared_ptr<const FileReader> get(std::size_t number);

 private:
  struct One {
    std::size_t number = 0;
    std::shared_ptr<const FileReader> file;
  };

  const std::vector<std::filesystem::path> paths_;
  const std::size_t most_;

  std::mutex mutex_;     // guards all below
  std::list<One> open_;  // most recent first
};

}  // namespace frag
