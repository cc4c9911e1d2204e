// A dataset copied from mirrors into a folder, which becomes a mirror itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "libfrag/fetching/mirrors.h"

namespace frag {

struct MirrorCopy {
  bool changed = false;             // false: the folder held this very dataset already
  std::uint64_t fetched_bytes = 0;  // of its files, over the wire
  std::uint64_t kept_bytes = 0;     // of files that the folder's older dataset has, too
  std::vector<std::string> notes;   // what went wrong and was overcome
};

// Makes `folder` the dataset of `mirrors`: every file under its SHA-256, written into FOLDER.part and put in
// place at once when whole; an interrupted copy goes on there. An older dataset in `folder` is replaced, and
// what the two share is not fetched again: whoever reads the old one meanwhile keeps its files. `begin` is
// told of the bytes to fetch, `step` of bytes as they come. Errc::usage where `folder` holds something that
// is no dataset; errors as FileTransfer::fetch.
MirrorCopy copy_dataset(const Mirrors& mirrors, const std::filesystem::path& folder,
                        const std::function<void(std::uint64_t bytes)>& begin,
                        const std::function<void(std::uint64_t bytes)>& step);

}  // namespace frag
