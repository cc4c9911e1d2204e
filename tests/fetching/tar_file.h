// A tar on disk, for tests of those who read some.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/archive/tar.h"
#include "tests/support/support.h"

namespace frag::test {

inline void write_tar(const std::filesystem::path& path, const std::vector<TarMember>& members) {
  std::string bytes;
  TarWriter tar([&bytes](std::string_view piece) { bytes += piece; });
  for (const TarMember& member : members) tar.add(member.name, member.data);
  tar.finish();
  write_text(path, bytes);
}

}  // namespace frag::test
