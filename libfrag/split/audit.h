// The leakage audit: what lies on two sides of a split and should not. Pure functions; any thread.
//
// A finding is a leak: a group, a file, pixels or a picture on two sides. What only deserves a look (names,
// locations, pairs within one side) is a warning or a count and no leak. docs/checking.md says what is
// compared, and how alike is alike.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/base/json.h"

namespace frag {

struct AuditOptions {
  // Two pictures are compared closely where their hashes differ in at most so many of 64 bits.
  int near_bits = 15;
  // From this likeness on, in 1/1000, two pictures are one.
  int likeness = 700;
};

// Pictures with an edge below this many pixels need kSmallLikeness: so small, different things look alike.
inline constexpr std::int64_t kSmallEdge = 64;
inline constexpr int kSmallLikeness = 980;

// What the audit needs to know of a source.
struct AuditItem {
  std::string name, group, side;
  std::string sha256;  // of the file
  std::string pixels;  // digest of the decoded pixels
};

// Two sources, by position, first < second, whose pixels differ and whose pictures are alike.
struct AlikePair {
  std::uint32_t first = 0, second = 0;
  int likeness = 0;                   // in 1/1000
  int distance = 0;                   // of the hashes, bits
  const char* symmetry = "as it is";  // how the second shows the first
};

enum class FindingKind {
  group,    // sources of one group
  file,     // equal pixels from equal files
  pixels,   // equal pixels from files that differ
  picture,  // pictures that are alike
};
const char* name_of(FindingKind kind);

// A leak between two sides. Of a group, a file or pixels there is one finding for two sides, which names the
// first source on each; of pictures there is one for each pair.
struct Finding {
  FindingKind kind = FindingKind::group;
  std::string first, first_side;
  std::string second, second_side;
  std::string group;        // of FindingKind::group
  std::uint64_t pairs = 1;  // of sources, on these two sides
  AlikePair alike;          // of FindingKind::picture
};

enum class WarningKind {
  name,         // a name that looks like a person's
  location,     // a file that says where it was taken
  owner,        // a file with words on who or what made it: a person, an institution, a device
  date,         // a file that says when it was taken
  slide_image,  // a slide with its label or its overview in it
  even,         // a picture without anything to compare
};
const char* name_of(WarningKind kind);
// The same for people: "a file that says where it was taken".
const char* meaning_of(WarningKind kind);

struct AuditWarning {
  WarningKind kind = WarningKind::name;
  std::string subject;  // the source's or the group's name
  std::string what;     // for example "a date"; never the value of a file's field
};

struct AuditReport {
  std::string dataset;  // id
  AuditOptions options;
  std::vector<std::pair<std::string, std::uint64_t>> sides;  // and their sources, in the dataset's order
  std::uint64_t sources = 0;
  std::uint64_t groups = 0;
  std::uint64_t files = 0;         // distinct ones
  std::uint64_t shared_files = 0;  // with different sources (pages, regions, records) on several sides
  std::uint64_t pairs_across = 0;  // of sources on different sides
  std::uint64_t symmetries = 0;    // in which each picture was looked for
  std::uint64_t hash_lookups = 0;  // hashes that were looked at
  std::uint64_t candidates = 0;    // pairs in a symmetry, near by their hashes and compared closely
  std::uint64_t even = 0;          // pictures without anything to compare
  std::uint64_t alike_within = 0;  // pairs of one side and different groups: no leak
  std::vector<Finding> findings;   // by kind, then in the order of the table
  std::vector<AuditWarning> warnings;

  bool clean() const { return findings.empty(); }
  std::uint64_t count(FindingKind kind) const;
};

// Compares groups, files and pixels of all items, takes `alike` for the pictures, and looks at the names.
// `sides` are the names of the sides in order; every item is on one. Fills sides to pairs_across,
// alike_within, findings, and warnings about names.
AuditReport audit_split(std::span<const AuditItem> items, std::span<const std::string> sides,
                        std::span<const AlikePair> alike);

// {"dataset", "clean", "thresholds", "compared", "findings": [...], "warnings": [...]}: docs/checking.md.
Json to_json(const AuditReport& report);

}  // namespace frag
