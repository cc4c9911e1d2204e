// A drawn sample from mirrors, by the cheaper of two ways: rendered there and sent, or rendered here from
// sources that are fetched once and kept.
//
// A SampleFetcher belongs to one thread; it uses others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/fetching/mirrors.h"
#include "libfrag/fetching/remote_store.h"
#include "libfrag/fetching/shard_set.h"
#include "libfrag/fetching/wanted_sample.h"
#include "libfrag/fetching/witness.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

enum class FetchBy {
  fragments,  // mirrors render
  sources,    // this machine renders
  automatic,  // whichever moves fewer bytes
};
const char* name_of(FetchBy by);
// Errc::usage that lists the names.
FetchBy parse_fetch_by(std::string_view name);

struct FetchOptions {
  FetchBy by = FetchBy::automatic;
  Confirm confirm = Confirm::some;                     // of what mirrors render
  std::optional<SampleFormat> format{};                // raw, or what packed shards hold, unless stated
  std::filesystem::path cache = usual_cache_folder();  // of sources
  std::uint64_t cache_bytes = std::uint64_t{20} << 30;
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;  // for decoded sources and waiting fragments
  // Once it says true, what is fetched ends with Errc::interrupted. Many threads ask it.
  std::function<bool()> cancelled{};
};

// How far a fetch is, for whoever watches.
struct FetchStatus {
  FetchBy by = FetchBy::fragments;
  std::vector<std::pair<std::string, std::uint64_t>> mirrors;  // by address: fragments that it gave
  std::uint64_t source_bytes = 0;                              // of sources that came over the wire
  std::uint64_t confirmed = 0;                                 // fragments on which a second mirror agreed
};

class SampleFetcher {
 public:
  using Deliver = std::function<void(std::uint64_t position, EncodedFragment fragment)>;
  using Watch = std::function<void(const FetchStatus&)>;

  // `mirrors` outlives it. Errc::io where the cache's folder cannot be made.
  SampleFetcher(const Mirrors& mirrors, FetchOptions options);
  ~SampleFetcher();

  // Draws. Errors as Sampler::draw; of packed shards also as ShardSet.
  WantedSample want(const SampleSpec& spec);

  // Calls `deliver` for the positions from `skip` on, in order; what it throws ends the fetch. `watch` is
  // called now and then, on the same thread. Errc::unavailable that tells what each mirror said where none is
  // left, Errc::interrupted after a stop signal.
  void fetch(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver, const Watch& watch = {});

  // Which of the two ways fetch() would take from `skip` on: what moves fewer bytes.
  FetchBy choose(const WantedSample& wanted, std::uint64_t skip) const;

  // The dataset's sources, for whoever renders by himself.
  const SourceStore& store() const { return store_; }
  // Fetches what the sample needs of them for as long as the result lives; none where they would not all fit
  // the cache.
  std::unique_ptr<SourcePrefetch> prefetch_sources(const WantedSample& wanted, std::uint64_t skip) const;

  const FetchStatus& status() const { return status_; }
  // What went wrong with mirrors and was overcome, a line each.
  std::vector<std::string> notes() const;

 private:
  void by_fragments(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver,
                    const Watch& watch);
  void by_sources(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver, const Watch& watch);
  std::vector<std::uint32_t> sources_of(const WantedSample& wanted, std::uint64_t skip) const;

  const Mirrors& mirrors_;
  const FetchOptions options_;
  ShardSets shards_;
  std::shared_ptr<const ShardSet> set_;  // where there are shards only
  std::optional<Sampler> sampler_;       // else
  FileCache cache_;
  RemoteStore store_;
  FetchStatus status_;
  std::vector<std::string> notes_;
};

}  // namespace frag
