#include "libfrag/image/read.h"

#include <algorithm>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/image/paged_file.h"
#include "libfrag/image/raw_sets.h"
#include "libfrag/image/vips_file.h"

namespace frag {
namespace {

// The most encoded bytes that are held in memory.
constexpr std::uint64_t kMaxHeldBytes = std::uint64_t{1} << 32;

using FilePointer = std::shared_ptr<const PagedFile>;

FilePointer open_bytes(std::string_view bytes, std::shared_ptr<const void> owner, std::string_view name) {
  const auto format = sniff_format(bytes, name);
  if (!format) throw Error(Errc::bad_input, unknown_format(bytes));
  switch (*format) {
    case ImageFormat::idx:
      return open_idx(bytes, std::move(owner));
    case ImageFormat::cifar:
      return open_cifar(bytes, std::move(owner), name);
    default:
      return open_vips(*format, bytes, std::move(owner));
  }
}

FilePointer open_owned(std::string bytes, std::string_view name) {
  const auto held = std::make_shared<const std::string>(std::move(bytes));
  return open_bytes(*held, held, name);
}

FilePointer open_part(const std::shared_ptr<const FileReader>& file, std::uint64_t offset,
                      std::uint64_t count, std::string_view name) {
  const std::string head = file->read(offset, std::min<std::uint64_t>(count, kSniffedBytes));
  const auto format = sniff_format(head, name);
  if (!format) throw Error(Errc::bad_input, unknown_format(head));
  if (format == ImageFormat::tiff) return open_vips_tiff(file, offset, count);
  if (count > kMaxHeldBytes) {
    throw Error(Errc::bad_input,
                std::string("a ") + name_of(*format) + " file of " + std::to_string(count) +
                    " bytes, which would have to be held in memory; save it as a tiled TIFF");
  }
  return open_owned(file->read(offset, count), name);
}

// A slide's first bytes are a TIFF's, except for vendors whose files have names of their own.
bool may_be_slide(std::string_view head, std::string_view name) {
  return named_like_slide(name) || sniff_format(head) == ImageFormat::tiff;
}

std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

// The level that is to be read, once the options are known to make sense.
PageLevel wanted_level(const PageInfo& info, const ReadOptions& options) {
  if (options.bits != 8 && options.bits != 16) {
    throw Error(Errc::usage, std::to_string(options.bits) + " bits a sample; 8 and 16 can be read");
  }
  if (options.level < 0 || static_cast<std::size_t>(options.level) >= info.levels.size()) {
    throw Error(Errc::usage, "level " + std::to_string(options.level) + " of an image that has levels 0 to " +
                                 std::to_string(info.levels.size() - 1));
  }
  const PageLevel level = info.levels[static_cast<std::size_t>(options.level)];
  if (!info.by_region && level.width * level.height > kMaxPixels) {
    throw Error(Errc::bad_input, size_text(level.width, level.height) + " pixels, more than the limit of " +
                                     std::to_string(kMaxPixels) +
                                     " for files that are decoded whole; save it as a tiled TIFF");
  }
  return level;
}

bool within(const Box& box, const PageLevel& level) {
  return box.x >= 0 && box.y >= 0 && box.width >= 1 && box.height >= 1 && box.x < level.width &&
         box.y < level.height && box.width <= level.width - box.x && box.height <= level.height - box.y;
}

void check_page(const PagedFile& file, std::uint32_t page) {
  if (page >= file.pages()) {
    throw Error(Errc::usage, "page " + std::to_string(page) + " of a file that has pages 0 to " +
                                 std::to_string(file.pages() - 1));
  }
}

}  // namespace

ImageFile ImageFile::from_bytes(std::string bytes, std::string_view name) {
  return ImageFile(open_owned(std::move(bytes), name));
}

ImageFile ImageFile::from_view(std::string_view bytes) {
  return ImageFile(open_bytes(bytes, nullptr, {}));
}

ImageFile ImageFile::from_path(const std::filesystem::path& path) {
  const auto file = std::make_shared<const FileReader>(path);
  const std::string name = path.filename().string();
  const std::string head = file->read(0, std::min<std::uint64_t>(file->size(), kSniffedBytes));
  if (may_be_slide(head, name)) {
    if (FilePointer slide = open_slide(path)) return ImageFile(std::move(slide));
  }
  return ImageFile(open_part(file, 0, file->size(), name));
}

ImageFile ImageFile::from_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t count,
                               std::string_view name) {
  return ImageFile(open_part(std::make_shared<const FileReader>(path), offset, count, name));
}

ImageFormat ImageFile::format() const {
  return file_->format();
}

std::uint32_t ImageFile::pages() const {
  return file_->pages();
}

PageInfo ImageFile::info(std::uint32_t page) const {
  check_page(*file_, page);
  return file_->info(page);
}

Image ImageFile::read(std::uint32_t page, const ReadOptions& options) const {
  const PageLevel level = wanted_level(info(page), options);
  return read_region(page, options, {0, 0, level.width, level.height});
}

Image ImageFile::read_region(std::uint32_t page, const ReadOptions& options, const Box& box) const {
  const PageLevel level = wanted_level(info(page), options);
  if (!within(box, level)) {
    throw Error(Errc::usage, "a box of " + size_text(box.width, box.height) + " pixels at " +
                                 std::to_string(box.x) + "," + std::to_string(box.y) + " in a level of " +
                                 size_text(level.width, level.height));
  }
  if (box.width * box.height > kMaxPixels) {
    throw Error(Errc::bad_input, size_text(box.width, box.height) +
                                     " pixels at once, more than the limit of " + std::to_string(kMaxPixels) +
                                     "; read it by region, or a smaller level");
  }
  return file_->read(page, options, box);
}

std::optional<int> ImageFile::label(std::uint32_t page) const {
  check_page(*file_, page);
  return file_->label(page);
}

std::optional<int> ImageFile::superclass(std::uint32_t page) const {
  check_page(*file_, page);
  return file_->superclass(page);
}

ImageHeader read_header(std::string_view bytes) {
  const ImageFile file = ImageFile::from_view(bytes);
  if (file.pages() > 1) {
    throw Error(Errc::bad_input, std::string("a ") + name_of(file.format()) + " file of " +
                                     std::to_string(file.pages()) + " pages; save each page as a file");
  }
  const PageInfo info = file.info(0);
  wanted_level(info, {});
  return {file.format(), info.width, info.height, info.channels};
}

Image decode_image(std::string_view bytes) {
  const ImageFile file = ImageFile::from_view(bytes);
  if (file.pages() > 1) {
    throw Error(Errc::bad_input, std::string("a ") + name_of(file.format()) + " file of " +
                                     std::to_string(file.pages()) + " pages; save each page as a file");
  }
  return file.read(0);
}

}  // namespace frag
