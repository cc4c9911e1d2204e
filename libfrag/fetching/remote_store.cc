#include "libfrag/fetching/remote_store.h"

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/fetching/at_once.h"
#include "libfrag/image/formats.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kInMemory = std::uint64_t{64} << 20;
constexpr std::size_t kSourceConnections = 4;

std::string extension_of(const SourceFile& file) {
  return fs::path(file.name).extension().string();
}

}  // namespace

RemoteStore::RemoteStore(const Mirrors& mirrors, FileCache& cache, std::function<bool()> cancelled)
    : mirrors_(mirrors), cache_(cache), transfer_(mirrors, std::move(cancelled)) {}

SourcePixels RemoteStore::open_source(std::uint32_t source) const {
  const Source row = catalog().sources()[source];
  try {
    return open(row, file_of(row));
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    return open(row, file_of(row));  // another process needed the room just then
  }
}

SourcePixels RemoteStore::open(const Source& row, const fs::path& path) const {
  const bool small = row.file.bytes <= kInMemory && !named_like_slide(path.string());
  ImageFile file = small ? ImageFile::from_bytes(read_file(path), row.file.name) : ImageFile::from_path(path);
  return SourcePixels(std::move(file), row, catalog().recipe());
}

fs::path RemoteStore::file_of(const Source& row) const {
  const std::string& sha256 = row.file.sha256;
  std::promise<fs::path> promise;
  {
    std::unique_lock lock(mutex_);
    if (const auto found = under_way_.find(sha256); found != under_way_.end()) {
      const auto path = found->second;
      lock.unlock();
      return path.get();
    }
    under_way_.emplace(sha256, promise.get_future().share());
  }
  const auto forget = [&] {
    const std::lock_guard lock(mutex_);
    under_way_.erase(sha256);
  };
  try {
    fs::path path = fetch(row.file);
    promise.set_value(path);
    forget();
    return path;
  } catch (...) {
    forget();
    promise.set_exception(std::current_exception());  // who hears of it and asks again tries again
    throw;
  }
}

fs::path RemoteStore::fetch(const SourceFile& file) const {
  const std::string extension = extension_of(file);
  if (const auto path = cache_.find(file.sha256, extension)) {
    {
      const std::lock_guard lock(mutex_);
      if (checked_.count(file.sha256) > 0) return *path;
    }
    const FileReader reader(*path);
    if (sha256_of(reader, 0, reader.size()) == file.sha256) {
      const std::lock_guard lock(mutex_);
      checked_.insert(file.sha256);
      return *path;
    }
    cache_.drop(*path);
  }
  const fs::path place = cache_.place_for(file.sha256);
  const Shard& shard = catalog().shards().at(file.shard);
  transfer_.fetch({shard.file, {file.offset, file.bytes}, file.sha256}, place);
  const std::lock_guard lock(mutex_);
  checked_.insert(file.sha256);
  return cache_.keep(place, file.sha256, extension);
}

void RemoteStore::prefetch(std::span<const std::uint32_t> sources,
                           const std::function<bool()>& cancelled) const {
  for_each_at_once(kSourceConnections, sources.size(), [&](std::size_t i) {
    if (!cancelled()) file_of(catalog().sources()[sources[i]]);
  });
}

std::uint64_t RemoteStore::missing_bytes(std::span<const std::uint32_t> sources) const {
  std::set<std::uint32_t> files;
  std::uint64_t bytes = 0;
  for (const std::uint32_t source : sources) {
    if (!files.insert(catalog().sources().file_number(source)).second) continue;
    const SourceFile file = catalog().sources()[source].file;
    if (!cache_.find(file.sha256, extension_of(file))) bytes += file.bytes;
  }
  return bytes;
}

SourcePrefetch::SourcePrefetch(const RemoteStore& store, std::vector<std::uint32_t> sources)
    : sources_(std::move(sources)), thread_([this, &store] {
        try {
          store.prefetch(sources_, [this] { return done_.load(); });
        } catch (const std::exception&) {
          // Whoever needs the source asks for it again, and hears why.
        }
      }) {}

SourcePrefetch::~SourcePrefetch() {
  done_ = true;
  thread_.join();
}

}  // namespace frag
