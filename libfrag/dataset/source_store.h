// Where the pixels of a dataset's sources come from: its folder, or mirrors.
//
// Any number of threads may ask.
#pragma once

#include <cstdint>

#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/image/image.h"

namespace frag {

class SourceStore {
 public:
  virtual ~SourceStore() = default;

  virtual const Catalog& catalog() const = 0;

  // The pixels of a source, whole or by region; the file's digest was checked.
  virtual SourcePixels open_source(std::uint32_t source) const = 0;

  // Whether the table has the digests of the sources' pixels. (Tars of other people have none.)
  virtual bool knows_pixels() const { return true; }

  // All of them; Errc::bad_input that names the source where they do not decode, or where their digest is not
  // the table's: then this machine's decoder disagrees with the one that cut the dataset. For a source that
  // is read by region see verify_pixels().
  Image decode_source(std::uint32_t source) const { return decode_source(source, open_source(source)); }
  // The same where open_source() gave `opened` already.
  Image decode_source(std::uint32_t source, const SourcePixels& opened) const;
  // Reads all pixels of a source, by bands where it is large, and throws where decode_source() would.
  void verify_pixels(std::uint32_t source) const;
};

}  // namespace frag
