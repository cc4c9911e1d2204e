// One dataset as a mirror serves it: its table, who draws from it, and its pixels out of the shared cache.
//
// Any number of threads may use it. It serves the metadata it read at its start, so a `frag split` beside it
// changes nothing before a restart.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/source_cache.h"
#include "libfrag/sampling/sampler.h"
#include "server/member_texts.h"

namespace frag {

class ServedDataset {
 public:
  // `folder` and `cache` outlive it; `number` is its own among the datasets of the cache.
  ServedDataset(const DatasetFolder& folder, SourceCache& cache, std::uint32_t number);

  const DatasetFolder& folder() const { return folder_; }
  const Catalog& catalog() const { return folder_.catalog(); }
  const Sampler& sampler() const { return sampler_; }
  const MemberTexts& texts() const { return texts_; }

  // HttpError 503 that names the source where this machine does not decode it to the table's pixels.
  std::shared_ptr<const DecodedSource> pixels(std::uint32_t source) const;
  // Renders into `out`, which is made anew where its size does not fit. Errors as pixels() and
  // Catalog::locate().
  void render(const FragmentAddress& address, Image& out) const;
  // Reads all pixels of a source and compares their digest; what is wrong is kept for disagreeing().
  void check(std::uint32_t source) const noexcept;

  // The sources that do not decode to the table's pixels here, as far as known, and why not.
  std::map<std::uint32_t, std::string> disagreeing() const;
  // HttpError 503 that names the source, where it is one of them.
  void require_agreeing(std::uint32_t source) const;

  // id, parent, counts, classes, splits with the counts of their classes, and recipe.
  const Json& describe() const { return description_; }

 private:
  Json describe_anew() const;
  std::shared_ptr<const DecodedSource> load(std::uint32_t source) const;
  void disagree(std::uint32_t source, const std::string& why) const;

  const DatasetFolder& folder_;
  SourceCache& cache_;
  const std::uint32_t number_;
  const Sampler sampler_;
  const MemberTexts texts_;
  const Json description_;

  mutable std::mutex mutex_;  // guards what follows
  mutable std::map<std::uint32_t, std::string> disagreeing_;
};

}  // namespace frag
