// Everything that libvips decodes, and what it is not left to decide: the loader, which is chosen by our own
// allow-list; the pixels' kind; memory. For the image room alone.
//
// libvips runs with one thread an operation (callers are parallel already) and no cache of operations. Each
// read takes an opened picture for itself, so that reads of one file run beside each other. Opened pictures
// of tiled files and slides are kept for the next read, as many as threads read at once: each holds the
// decoded tiles of two to three rows of tiles (90 MB for 40,000 pixels of RGB in tiles of 256).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "libfrag/base/file.h"
#include "libfrag/image/paged_file.h"

namespace frag {

// `bytes` lives as long as `owner`. `format` is one of libvips' formats, not a slide. Errc::bad_input where
// the header cannot be read.
std::shared_ptr<const PagedFile> open_vips(ImageFormat format, std::string_view bytes,
                                           std::shared_ptr<const void> owner);

// A TIFF file in [offset, offset + count) of `file`, read where it lies. A failing disk is Errc::io.
std::shared_ptr<const PagedFile> open_vips_tiff(std::shared_ptr<const FileReader> file, std::uint64_t offset,
                                                std::uint64_t count);

// Through OpenSlide; nullptr where it does not know the file as a whole slide.
std::shared_ptr<const PagedFile> open_slide(const std::filesystem::path& path);

}  // namespace frag
