// The KEY.json of a fragment as text, and how long its members are in a tar, known before any is rendered.
//
// Immutable; any number of threads may use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/catalog.h"

namespace frag {

class MemberTexts {
 public:
  // `catalog` outlives it.
  explicit MemberTexts(const Catalog& catalog);

  // What libfrag/archive/sample_tar.h describes, byte for byte; `pixels` is their digest, `picture` that of a
  // PNG or JPEG file, empty for raw.
  void append_json(std::string& out, FragmentId id, const FragmentAddress& address,
                   std::uint32_t class_number, std::string_view pixels, std::string_view picture = "") const;

  // Bytes of a fragment's three members in a raw sample's tar. Errors as Catalog::locate() and
  // fragment_class().
  std::uint64_t tar_bytes_of(FragmentId id) const;
  // The same where it is one number for all fragments of the dataset: it is, unless they differ in size, or a
  // class has a name of hundreds of bytes.
  std::optional<std::uint64_t> tar_bytes_of_each() const { return of_each_; }

 private:
  std::optional<std::uint64_t> find_of_each() const;

  const Catalog& catalog_;
  std::vector<std::string> classes_, angles_;  // as JSON
  std::optional<std::uint64_t> of_each_;
};

}  // namespace frag
