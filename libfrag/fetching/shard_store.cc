#include "libfrag/fetching/shard_store.h"

#include <utility>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"

namespace frag {
namespace {

std::vector<std::filesystem::path> paths_of(const Catalog& catalog) {
  std::vector<std::filesystem::path> paths;
  for (const Shard& shard : catalog.shards()) paths.emplace_back(shard.file);
  return paths;
}

// Raw pixels as a file that has a format: PGM or PPM, whose 16-bit samples have the high byte first.
std::string as_pnm(std::string raw, const Source& row) {
  if (row.bits == 16) {
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) std::swap(raw[i], raw[i + 1]);
  }
  return std::string(row.channels == 3 ? "P6" : "P5") + "\n" + std::to_string(row.width) + " " +
         std::to_string(row.height) + "\n" + (row.bits == 16 ? "65535" : "255") + "\n" + raw;
}

ImageFile open_picture_of(std::string bytes, const Source& row) {
  const bool raw = row.file.name.ends_with(".raw");
  ImageFile file = ImageFile::from_bytes(raw ? as_pnm(std::move(bytes), row) : std::move(bytes));
  const PageInfo page = file.info(0);
  if (page.width != row.width || page.height != row.height) {
    throw Error(Errc::bad_input, "it has " + std::to_string(page.width) + "x" + std::to_string(page.height) +
                                     " pixels, and its KEY.json says " + std::to_string(row.width) + "x" +
                                     std::to_string(row.height));
  }
  return file;
}

}  // namespace

ShardStore::ShardStore(ShardCatalog catalog)
    : catalog_(std::move(catalog)), tars_(paths_of(catalog_.catalog)) {}

SourcePixels ShardStore::open_source(std::uint32_t source) const {
  const Source row = catalog().sources()[source];
  try {
    std::string bytes = tars_.get(row.file.shard)->read(row.file.offset, row.file.bytes);
    if (xxh3_128_hex(bytes) != row.pixels)
      throw Error(Errc::bad_input, "its bytes are not those that were written (their digest differs)");
    return SourcePixels(open_picture_of(std::move(bytes), row), row, catalog().recipe());
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    throw Error(Errc::bad_input,
                catalog().shards()[row.file.shard].file + ": " + row.file.name + ": " + error.what());
  }
}

std::unique_ptr<ShardStore> open_shards(const std::vector<std::string>& places) {
  return std::make_unique<ShardStore>(read_shard_catalog(find_shards(places)));
}

}  // namespace frag
