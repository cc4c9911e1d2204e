#include "libfrag/fetching/open_files.h"

#include <algorithm>

namespace frag {

OpenFiles::OpenFiles(std::vector<std::filesystem::path> paths, std::size_t most)
    : paths_(std::move(paths)), most_(most) {}

std::shared_ptr<const FileReader> OpenFiles::get(std::size_t number) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(open_.begin(), open_.end(), [number](const One& one) { return one.number == number; });
  if (found != open_.end()) {
    open_.splice(open_.begin(), open_, found);
  } else {
    open_.push_front({number, std::make_shared<const FileReader>(paths_.at(number))});
    if (open_.size() > most_) open_.pop_back();
  }
  return open_.front().file;
}

}  // namespace frag
