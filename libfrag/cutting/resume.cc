#include "libfrag/cutting/resume.h"

#include <algorithm>
#include <set>

#include "libfrag/archive/tar.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTarHeader = tar_bytes(0);

class StoredBytes {
 public:
  StoredBytes(fs::path folder, const JournalState& state, std::uint32_t first_shard)
      : folder_(std::move(folder)), state_(state), first_shard_(first_shard) {}

  // True where all that the entry stored is there, whole.
  bool hold(const JournalEntry& entry) {
    const auto& sources = entry.examined.sources;
    return std::all_of(sources.begin(), sources.end(), [this](const ExaminedSource& source) {
      return source.row.file.shard == kNoShard || holds(source.row.file);
    });
  }

 private:
  bool holds(const SourceFile& file) {
    if (last_ == file) return true;
    const FileReader* reader = open(file.shard);
    if (reader == nullptr || file.bytes > reader->size() || file.offset > reader->size() - file.bytes)
      return false;
    const bool whole =
        file.offset == 0 ? sha256_of(*reader, 0, file.bytes) == file.sha256 : holds_member(*reader, file);
    if (whole) last_ = file;
    return whole;
  }

  // A member of a tar with its header and padding, which a torn write may have spoilt too: they are what
  // writing it again would give.
  static bool holds_member(const FileReader& reader, const SourceFile& file) {
    const std::uint64_t begin = file.offset - kTarHeader, size = tar_bytes(file.bytes);
    if (file.offset < kTarHeader || size > reader.size() - begin) return false;
    const std::string member = reader.read(begin, size);
    const std::string_view body = std::string_view(member).substr(kTarHeader, file.bytes);
    if (sha256_hex(body) != file.sha256) return false;
    std::string again;
    TarWriter tar([&again](std::string_view bytes) { again += bytes; });
    tar.add(file.name, body);
    return again == member;
  }

  const FileReader* open(std::uint32_t shard) {
    if (reader_ && shard_ == shard) return reader_.get();
    const std::size_t index = shard - first_shard_;
    const std::string name = index < state_.shards.size() ? state_.shards[index].file : shard_file(shard);
    if (!fs::exists(folder_ / name)) return nullptr;
    reader_ = std::make_unique<FileReader>(folder_ / name);
    shard_ = shard;
    return reader_.get();
  }

  const fs::path folder_;
  const JournalState& state_;
  const std::uint32_t first_shard_;
  std::unique_ptr<FileReader> reader_;
  std::uint32_t shard_ = 0;
  SourceFile last_;  // pages of one file are checked once
};

// True where the entry speaks of this image file as it is now.
bool same_file(const JournalEntry& entry, std::span<const LabelledFile> job, const LabelRule& rule) {
  return entry.examined.name == job.front().name && entry.examined.state == state_of(job, rule);
}

// The part of `state` that holds.
JournalState holding(JournalState state, const Staging& staging,
                     const std::vector<std::span<const LabelledFile>>& jobs, const LabelRule& rule,
                     const StorePosition& begin) {
  StoredBytes stored(staging.folder(), state, begin.shards);
  std::size_t kept = 0;
  while (kept < state.entries.size() && kept < jobs.size() &&
         same_file(state.entries[kept], jobs[kept], rule) && stored.hold(state.entries[kept])) {
    ++kept;
  }
  state.entries.resize(kept);
  const std::uint32_t sealed = kept == 0 ? 0 : state.entries.back().store.shards - begin.shards;
  if (sealed > state.shards.size()) return {};
  state.shards.resize(sealed);
  return state;
}

}  // namespace

JournalState accept_journal(const Staging& staging, const Json& title,
                            const std::vector<std::span<const LabelledFile>>& jobs, const LabelRule& rule,
                            const StorePosition& begin) {
  JournalState state =
      holding(read_journal(staging.journal(), title).value_or(JournalState()), staging, jobs, rule, begin);
  std::set<std::string> files;
  for (const Shard& shard : state.shards) files.insert(shard.file);
  if (!state.entries.empty() && state.entries.back().store.open_bytes > 0)
    files.insert(shard_file(state.entries.back().store.shards));
  staging.keep_only(files);
  return state;
}

}  // namespace frag
