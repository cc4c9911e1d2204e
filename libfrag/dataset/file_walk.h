// The files of a folder, as every machine lists them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace frag {

// What a walk goes past.
struct Passed {
  enum Why {
    hidden,         // a name that begins with a dot
    dead_link,      // a link that leads nowhere
    linked_folder,  // a link to a folder deeper than `folder` itself
    special,        // a device, a pipe, a socket
    unreadable,     // a folder without the right to read it
  };
  std::string name;  // of folders with a slash at the end, but for linked ones
  Why why = hidden;
};

// Names are relative to the folder, with forward slashes, sorted as bytes.
struct FolderWalk {
  std::vector<std::string> files;    // regular ones, and links to such
  std::vector<std::string> folders;  // that lie in the folder itself, each with a slash at its end
  std::vector<Passed> passed;
};

// The regular files below `folder`. Names that begin with a dot pass, with all below them. Links to files
// count as files; links to folders are followed where they lie in `folder` itself, so that no cycle can
// arise. Errc::not_found where `folder` is none, Errc::io.
FolderWalk walk_folder(const std::filesystem::path& folder);

}  // namespace frag
