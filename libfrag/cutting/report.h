// A dataset on one page: a single HTML file that needs nothing else, for a colleague, a reviewer or an
// archive.
#pragma once

#include <cstdint>
#include <string>

#include "libfrag/dataset/folder.h"

namespace frag {

struct ReportOptions {
  std::string title;       // plain text; empty: the name of the dataset's folder
  std::uint64_t seed = 1;  // of the example fragments
};

// The HTML: what the dataset is, how classes, sides and sizes are balanced, examples, a source with its tiles
// and its coverage, contrast before and after where the recipe changes it, and the audit of check(). It
// loads nothing, and every text in it that comes from outside is escaped. Parallel inside; equal bytes for
// any number of threads and one version of the libraries. Errors as check().
std::string write_report(const DatasetFolder& folder, const ReportOptions& options = {});

}  // namespace frag
