// The sources of a dataset that lies on mirrors: fetched when they are asked for, kept in a FileCache.
//
// Any number of threads may ask; a file that several ask for is fetched once.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "libfrag/dataset/source_store.h"
#include "libfrag/fetching/file_cache.h"
#include "libfrag/fetching/file_transfer.h"

namespace frag {

class RemoteStore : public SourceStore {
 public:
  // Both outlive it. `cancelled` as FileTransfer's.
  RemoteStore(const Mirrors& mirrors, FileCache& cache, std::function<bool()> cancelled = {});

  const Catalog& catalog() const override { return mirrors_.catalog(); }
  // Errors also as FileTransfer::fetch.
  SourcePixels open_source(std::uint32_t source) const override;

  // Fetches the files of these sources that are not there yet, several at a time. Errors as
  // FileTransfer::fetch; `cancelled` ends it early.
  void prefetch(std::span<const std::uint32_t> sources, const std::function<bool()>& cancelled) const;

  // Of the files of these sources, those that are not there yet, in bytes.
  std::uint64_t missing_bytes(std::span<const std::uint32_t> sources) const;

  std::uint64_t fetched_bytes() const { return transfer_.bytes(); }
  std::vector<std::string> notes() const { return transfer_.notes(); }

 private:
  SourcePixels open(const Source& row, const std::filesystem::path& path) const;
  std::filesystem::path file_of(const Source& row) const;
  std::filesystem::path fetch(const SourceFile& file) const;

  const Mirrors& mirrors_;
  FileCache& cache_;
  mutable FileTransfer transfer_;

  mutable std::mutex mutex_;                                                            // guards all below
  mutable std::map<std::string, std::shared_future<std::filesystem::path>> under_way_;  // by SHA-256
  mutable std::set<std::string> checked_;  // files whose digest this process has seen to be right
};

// Fetches sources in the background for as long as it lives.
class SourcePrefetch {
 public:
  // `store` outlives it.
  SourcePrefetch(const RemoteStore& store, std::vector<std::uint32_t> sources);
  ~SourcePrefetch();
  SourcePrefetch(const SourcePrefetch&) = delete;
  SourcePrefetch& operator=(const SourcePrefetch&) = delete;

 private:
  const std::vector<std::uint32_t> sources_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace frag
