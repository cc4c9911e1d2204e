// The dataset that a cut adds to, and what it decides for the cut.
#pragma once

#include <memory>

#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/folder.h"

namespace frag {

// The dataset that images are to be added to; null where a new one is to be made. Errc::usage where the
// folder is no dataset, or what the options ask for differs from the dataset's recipe or from how it stores
// sources.
std::unique_ptr<const DatasetFolder> open_existing(const CutOptions& options);

// The options with how `old` stores sources, and whether it names them: what is added is kept alike.
CutOptions adopt(CutOptions options, const DatasetFolder& old);

}  // namespace frag
