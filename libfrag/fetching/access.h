// One way to a dataset's fragments, whether it lies in a folder, in WebDataset tars or behind mirrors.
//
// An Access belongs to one thread at a time; its catalogue may be read from any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/image/image.h"
#include "libfrag/sampling/sample_spec.h"

namespace frag {

// One fragment as a trainer wants it.
struct Fragment {
  std::uint64_t position = 0;  // in the sample
  FragmentId id = 0;
  std::uint32_t source = 0;        // index into Catalog::sources()
  std::uint32_t class_number = 0;  // index into Catalog::classes()
  Image pixels;
};

struct ReadRequest {
  SampleSpec spec;
  std::uint64_t skip = 0;  // positions left out at the front
  // Each fragment is seen at an angle of its own instead of the grid's, a function of this seed and its
  // position, turned about its centre by the renderer (turned_frame() in libfrag/geometry/free_turn.h). A
  // fragment that has no room for it is seen as it is. Needs the sources, so mirrors are asked for those; of
  // no use where a fragment is a whole picture.
  std::optional<std::uint64_t> free_turns{};
  // Makes of a fragment's pixels, given apart from it, those that are visited. Called by many threads at
  // once; may be empty.
  std::function<Image(const Fragment& fragment, const Image& pixels)> prepare{};
  // Told, in order, of fragments whose source is damaged, which are then left out. Where this is empty, the
  // first of them ends the reading with Errc::bad_input. `pixels` are empty.
  std::function<void(const Fragment&, const std::string& why)> damaged{};
  // Once it says true, the reading ends with Errc::interrupted, also while mirrors are silent. Asked now and
  // then by many threads at once; may be empty.
  std::function<bool()> cancelled{};

  // Errc::interrupted where it is cancelled.
  void expect_wanted() const {
    if (cancelled && cancelled()) throw Error(Errc::interrupted, "the sample is no longer wanted");
  }
};

class Access {
 public:
  virtual ~Access() = default;

  virtual const Catalog& catalog() const = 0;

  // Calls `visit` for each fragment of the sample, in the sample's order, on the calling thread or another,
  // one at a time; others are rendered meanwhile. What it throws ends the reading. Errors as Sampler::draw.
  virtual void read(const ReadRequest& request, const std::function<void(Fragment)>& visit) = 0;

  // What went wrong on the way and was overcome, one line each: mirrors passed over, samples continued
  // elsewhere.
  virtual std::vector<std::string> notes() const { return {}; }
};

// Opens one dataset folder, or WebDataset tars (what names_shards() of local_shards.h is true of), or one or
// more mirrors (http://, https:// or ftp:// URLs), which are used together. With `dataset_id` not empty, a
// mirror of another dataset is named in notes() and passed over, and a folder or tars of another dataset are
// Errc::refused; folders may stand among mirrors then: the first that holds the dataset is opened and no
// mirror is asked, and those that do not are named in notes(). Errc::unavailable where no mirror answers,
// Errc::not_found for no folder.
std::unique_ptr<Access> open_access(const std::vector<std::string>& places,
                                    const std::string& dataset_id = "");

}  // namespace frag
