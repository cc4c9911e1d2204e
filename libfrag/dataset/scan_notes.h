// What a folder of images holds beside its sources, in words for people. Pure functions; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/dataset/file_walk.h"
#include "libfrag/dataset/labels.h"

namespace frag {

// Why a walk goes past something.
const char* text_of(Passed::Why why);
// Why a file whose name is not an image's is none.
std::string text_of_other_file(const std::string& name);

// What looks like a mistake in how the folder is laid out, and may be none: class folders one level too deep,
// folders that hold no image.
std::vector<std::string> notes_on_folders(const std::filesystem::path& images, const LabelRule& rule,
                                          const FolderWalk& walk, const SourceScan& scan);

}  // namespace frag
