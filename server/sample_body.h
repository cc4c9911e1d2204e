// A drawn sample, or a run of it, as the tar that a mirror sends: how long it is, where each fragment lies in
// it, and its bytes. What it writes is what export_sample() writes.
//
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/cutting/sample_export.h"
#include "libfrag/http/ranges.h"
#include "server/rendered_body.h"
#include "server/served_dataset.h"

namespace frag {

class SampleBody {
 public:
  // `dataset` outlives it. Of `settings`, skip and limit choose the run.
  SampleBody(const ServedDataset& dataset, SampleList list, const SampleExport& settings);

  // Of the run, positions in the sample.
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }
  FragmentId id_at(std::uint64_t position) const { return list_.at(position); }

  // The tar's bytes: known for raw, unless fragments differ in size and are more than kMostMeasured.
  std::optional<std::uint64_t> size() const { return size_; }
  static constexpr std::uint64_t kMostMeasured = 65536;

  // What is rendered for these bytes of the tar; for {0, 0} and no known size everything. `body` lives as
  // long as what is returned.
  static RenderedBody part(const std::shared_ptr<SampleBody>& body, const http::ByteRange& range);

 private:
  void measure();
  void append(std::uint64_t position, std::string& out);
  void append_picture(const std::string& key, std::string& out);

  const ServedDataset& dataset_;
  const SampleList list_;
  const SampleFormat format_;
  const Repeats repeats_;
  std::uint64_t first_ = 0, end_ = 0;
  std::optional<std::uint64_t> size_;
  std::optional<std::uint64_t> each_;  // bytes of every fragment's members, where that is one number
  std::vector<std::uint64_t> starts_;  // of each fragment's members in the tar, where it is not

  Image pixels_;
  std::string digest_, picture_digest_;  // of the fragment last made
};

}  // namespace frag
