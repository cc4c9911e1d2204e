// What a folder of packed shards holds, by its manifest and indexes: every fragment is a range of bytes of a
// tar, which any server of files can give.
//
// Immutable after construction; any number of threads may ask.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "libfrag/archive/shard_index.h"
#include "libfrag/cutting/pack_manifest.h"
#include "libfrag/fetching/mirrors.h"
#include "libfrag/fetching/provider.h"
#include "libfrag/fetching/wanted_sample.h"

namespace frag {

class ShardSet {
 public:
  // Fetches the indexes of every shard that the manifest names, each under its SHA-256. Errors as
  // http::Downloader::open; a WrongAnswer where a digest does not fit.
  ShardSet(http::Downloader& downloader, const MirrorAddress& mirror, PackManifest manifest);

  const PackManifest& manifest() const { return manifest_; }
  // Of all splits that were packed.
  const Sampler& sampler() const { return *sampler_; }

  struct Place {
    std::size_t shard = 0;  // of manifest().shards
    const ShardEntry* entry = nullptr;
  };
  // Nullopt for a fragment that is in no shard.
  std::optional<Place> find(FragmentId id) const;

 private:
  void index_entries();

  PackManifest manifest_;
  std::vector<std::vector<ShardEntry>> entries_;  // by shard
  std::unordered_map<FragmentId, Place> places_;
  std::optional<Sampler> sampler_;
};

// The shard sets of several mirrors, each fetched once. Any number of threads may ask; who asks for one does
// not wait for another's.
class ShardSets {
 public:
  // The one at `mirror`; fetched on the first call. Errors as ShardSet's constructor.
  std::shared_ptr<const ShardSet> at(http::Downloader& downloader, const MirrorAddress& mirror);

 private:
  struct One {
    std::mutex mutex;  // held while it is fetched
    std::shared_ptr<const ShardSet> set;
  };
  std::mutex mutex_;                 // guards the map
  std::map<std::string, One> sets_;  // by URL
};

// The fragments of a sample by ranges of shards.
class ShardProvider : public Provider {
 public:
  // All but `set` outlive it. Errc::refused where the shards hold another format, or not all of the sample.
  ShardProvider(http::Downloader& downloader, MirrorAddress mirror, std::shared_ptr<const ShardSet> set,
                const WantedSample& wanted);

  void give(std::uint64_t first, std::uint64_t end, const Take& take) override;

 private:
  struct Stretch;
  std::vector<Stretch> stretches(std::uint64_t first, std::uint64_t end) const;
  EncodedFragment cut_out(const std::string& bytes, std::uint64_t offset, std::uint64_t position) const;

  http::Downloader& downloader_;
  const MirrorAddress mirror_;
  const std::shared_ptr<const ShardSet> set_;
  const WantedSample& wanted_;
};

}  // namespace frag
