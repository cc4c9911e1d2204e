#include "libfrag/cutting/pack_manifest.h"
#include "tests/fuzz/fuzz.h"

namespace {

// What a manifest names is opened: it must lie beside it.
void require_inside(const std::string& file) {
  if (file.empty() || file[0] == '/' || ("/" + file + "/").find("/../") != std::string::npos)
    __builtin_trap();
}

}  // namespace

FRAG_FUZZ(bytes) {
  const frag::PackManifest manifest = frag::decode_pack_manifest(bytes, "pack.json");
  for (const auto& [split, shard] : manifest.shards) {
    require_inside(shard.tar.file);
    require_inside(shard.index.file);
  }
  for (const auto& [split, table] : manifest.tables) require_inside(table.file);
  frag::pack_sums(manifest);
  // What was understood must survive being written and read again.
  const std::string written = encode(manifest);
  if (encode(frag::decode_pack_manifest(written, "again")) != written) __builtin_trap();
}
