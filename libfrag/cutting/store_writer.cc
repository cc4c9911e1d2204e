#include "libfrag/cutting/store_writer.h"

#include <algorithm>
#include <utility>

#include "libfrag/archive/tar.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{1} << 22;

// Calls visit(bytes) for the first `count` bytes of a file, piece by piece.
void for_each_piece(const FileReader& reader, std::uint64_t count,
                    const std::function<void(std::string_view)>& visit) {
  for (std::uint64_t done = 0; done < count; done += kPiece)
    visit(reader.read(done, std::min(kPiece, count - done)));
}

}  // namespace

struct StoreWriter::Open {
  Open(const std::filesystem::path& path, std::string name, std::uint64_t keep)
      : shard_name(std::move(name)), before(keep), file(path, keep), tar([this](std::string_view bytes) {
          file.write(bytes);
          sha.update(bytes);
        }) {
    if (keep > 0)
      for_each_piece(FileReader(path), keep, [this](std::string_view bytes) { sha.update(bytes); });
  }

  std::string shard_name;
  std::uint64_t before;  // bytes that were there already
  FileWriter file;
  Sha256 sha;
  TarWriter tar;
};

StoreWriter::StoreWriter(std::filesystem::path folder, const StorePosition& from,
                         std::function<void(const Shard&)> on_seal)
    : folder_(std::move(folder)), at_(from), on_seal_(std::move(on_seal)) {}

StoreWriter::~StoreWriter() = default;

void StoreWriter::open_tar() {
  if (open_) return;
  const std::string name = shard_file(at_.shards);
  open_ = std::make_unique<Open>(folder_ / name, name, std::exchange(at_.open_bytes, 0));
}

void StoreWriter::add(std::string_view bytes, const std::string& extension, SourceFile& file) {
  open_tar();
  file.name = stored_name(at_.files++, extension);
  file.shard = at_.shards;
  file.offset = open_->before + open_->tar.add(file.name, bytes);
  if (open_->file.size() >= kShardBytes) seal();
}

void StoreWriter::add_alone(const std::filesystem::path& path, const std::string& extension,
                            SourceFile& file) {
  finish();
  file.name = stored_name(at_.files++, extension);
  file.shard = at_.shards;
  file.offset = 0;
  const Shard shard{shard_file(at_.shards, extension), file.bytes, file.sha256};
  const FileReader reader(path);
  FileWriter copy(folder_ / shard.file);
  Sha256 digest;
  for_each_piece(reader, reader.size(), [&](std::string_view bytes) {
    copy.write(bytes);
    digest.update(bytes);
  });
  copy.close();
  if (digest.hex() != file.sha256)
    throw Error(Errc::bad_input,
                path.string() + ": was changed while it was cut; run the same command again");
  ++at_.shards;
  on_seal_(shard);
}

void StoreWriter::flush() {
  if (open_) open_->file.flush();
}

StorePosition StoreWriter::position() const {
  StorePosition at = at_;
  if (open_) at.open_bytes = open_->file.size();
  return at;
}

void StoreWriter::finish() {
  if (at_.open_bytes > 0) open_tar();  // an earlier cut left it, and nothing was added since
  if (open_) seal();
}

void StoreWriter::seal() {
  open_->tar.finish();
  open_->file.close();
  const Shard shard{open_->shard_name, open_->file.size(), open_->sha.hex()};
  open_.reset();
  ++at_.shards;
  on_seal_(shard);
}

}  // namespace frag
