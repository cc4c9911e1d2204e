// The sections of a report. Private to report.cc and its siblings.
#pragma once

#include <cstdint>
#include <string>

#include "libfrag/dataset/folder.h"
#include "libfrag/split/audit.h"

namespace frag {

// The dataset's sources with their sides, and what the table beside a dataset with names says was left out.
std::string sources_section(const DatasetFolder& folder);

// Examples by class, a source with its tiles, its coverage, its contrast.
std::string pictures_section(const DatasetFolder& folder, std::uint64_t seed);

// What was compared, what lies on two sides, what deserves a look.
std::string audit_section(const AuditReport& audit);

}  // namespace frag
