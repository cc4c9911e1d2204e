// One way to a dataset's fragments, whether it lies in a folder, in WebDataset tars or behind mirrors.
//
// An Access belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/image/image.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {

// One fragment as a trainer wants it.
struct Fragment {
  FragmentId id = 0;
  std::uint32_t source = 0;        // index into Catalog::sources()
  std::uint32_t class_number = 0;  // index into Catalog::classes()
  Image pixels;
};

class Access {
 public:
  virtual ~Access() = default;

  virtual const Catalog& catalog() const = 0;

  // Calls `visit` for each fragment of the sample, in the sample's order. What it throws ends the reading.
  virtual void read(const SampleSpec& spec, const std::function<void(Fragment)>& visit) = 0;

  // What went wrong on the way and was overcome, one line each: mirrors passed over, samples continued
  // elsewhere.
  virtual std::vector<std::string> notes() const { return {}; }
};

// Opens one dataset folder, or WebDataset tars (what names_shards() of local_shards.h is true of), or one or
// more mirrors (http://, https:// or ftp:// URLs), which are used together. With `dataset_id` not empty, a
// mirror of another dataset is named in notes() and passed over, and a folder or tars of another dataset are
// Errc::refused. Errc::unavailable where no mirror answers, Errc::not_found for no folder.
std::unique_ptr<Access> open_access(const std::vector<std::string>& places,
                                    const std::string& dataset_id = "");

}  // namespace frag
