// The files of a folder, as every machine lists them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace frag {

// The regular files below `folder`, relative to it, with forward slashes, sorted as bytes. Names that begin
// with a dot pass, with all below them. Links to files count as files; links to folders are followed where
// they lie in `folder` itself, so that no cycle can arise. Errc::not_found where `folder` is none, Errc::io.
std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace frag
