#include "libfrag/image/vips_file.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/jpeg_decode.h"
#include "libfrag/image/vips_open.h"
#include "libfrag/image/vips_page.h"
#include "libfrag/image/vips_session.h"

namespace frag {
namespace {

constexpr int kBandRows = 64;

// The stored pixels of `box`, converted.
Image pull(const VipsPicture& picture, const VipsPage& page, const ReadOptions& options, const Box& box) {
  const vips::VImage& image = picture.image;
  Image pixels(box.width, box.height, channels_out(page.kind, options), bits_out(page.kind, options));
  const vips::VRegion region = image.region();
  const auto x = static_cast<int>(page.info.by_region ? box.x : 0);
  const auto width = static_cast<int>(page.info.by_region ? box.width : image.width());
  // Rows that are decoded from the top are all asked for: a file that breaks off below the box is an error
  // too.
  const auto end = static_cast<int>(page.info.by_region ? box.y + box.height : image.height());
  for (auto top = static_cast<int>(page.info.by_region ? box.y : 0); top < end; top += kBandRows) {
    const int rows = std::min(kBandRows, end - top);
    region.prepare(x, top, width, rows);
    const std::int64_t last = std::min<std::int64_t>(top + rows, box.y + box.height);
    for (std::int64_t y = std::max<std::int64_t>(top, box.y); y < last; ++y) {
      const VipsPel* in = region.addr(static_cast<int>(box.x), static_cast<int>(y));
      convert_row(page.kind, options, in, box.width, pixels.row(y - box.y));
    }
  }
  return pixels;
}

class VipsFile final : public PagedFile {
 public:
  explicit VipsFile(VipsInput input)
      : PagedFile(input.format), input_(std::move(input)), what_(std::string("a ") + name_of(input_.format)) {
    if (input_.format != ImageFormat::slide) what_ += " file";
    pages_ = with_vips(what_, [this] { return count_pages(input_, &pages_are_levels_); });
  }

  std::uint32_t pages() const override { return pages_; }
  PageInfo info(std::uint32_t page) const override { return described(page).info; }

  Image read(std::uint32_t number, const ReadOptions& options, const Box& box) const override {
    const VipsPage page = described(number);
    const auto level = static_cast<std::size_t>(options.level);
    const PageLevel& size = page.info.levels[level];
    const bool transposed = page.orientation.transposed();
    const Box all = {0, 0, transposed ? size.height : size.width, transposed ? size.width : size.height};
    const Box stored = page.orientation.stored_box(box, all.width, all.height);
    std::optional<Image> pixels;
    if (stored == all) pixels = decode_quickly(page, options, all);
    if (!pixels) pixels = decode(page, page.parts[level], options, stored);
    return page.orientation.upright() ? *std::move(pixels) : page.orientation.apply(*pixels);
  }

 private:
  // A whole JPEG file that has nothing wrong with it.
  std::optional<Image> decode_quickly(const VipsPage& page, const ReadOptions& options,
                                      const Box& all) const {
    if (format() != ImageFormat::jpeg) return std::nullopt;
    std::optional<Image> image = decode_clean_jpeg(input_.bytes, all.width, all.height, page.kind.colours);
    if (image && options.gray && page.kind.colours == 3) image = to_gray(*image);
    return image;
  }

  Image decode(const VipsPage& page, const VipsPart& part, const ReadOptions& options,
               const Box& stored) const {
    return with_vips(what_, [&] {
      VipsPicture picture = take(page, part);
      try {
        Image pixels = pull(picture, page, options, stored);
        give_back(page, part, std::move(picture));
        return pixels;
      } catch (const vips::VError&) {
        // Not given back: where decoding failed, libvips keeps black tiles and would show them next time.
        picture.rethrow_trouble();
        throw;
      }
    });
  }

  // A TIFF of thousands of pages is described page by page, as they are asked for.
  VipsPage described(std::uint32_t page) const {
    {
      const std::lock_guard lock(mutex_);
      const auto known = described_.find(page);
      if (known != described_.end()) return known->second;
    }
    VipsPage found = with_vips(what_, [&] { return describe_page(input_, page, pages_are_levels_); });
    const std::lock_guard lock(mutex_);
    return described_.emplace(page, std::move(found)).first->second;
  }

  VipsPicture take(const VipsPage& page, const VipsPart& part) const {
    if (!page.info.by_region) return open_picture(input_, part, VIPS_ACCESS_SEQUENTIAL);
    {
      const std::lock_guard lock(mutex_);
      // The one used last: threads that come and go should not warm several caches.
      const auto kept =
          std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& one) { return one.first == part; });
      if (kept != kept_.rend()) {
        VipsPicture picture = std::move(kept->second);
        kept_.erase(std::next(kept).base());
        return picture;
      }
    }
    return open_picture(input_, part, VIPS_ACCESS_RANDOM);
  }

  void give_back(const VipsPage& page, const VipsPart& part, VipsPicture picture) const {
    if (!page.info.by_region) return;
    const std::lock_guard lock(mutex_);
    if (kept_.size() == kMostKept) kept_.erase(kept_.begin());
    kept_.emplace_back(part, std::move(picture));
  }

  // As many pictures as threads read at once are kept, up to this.
  static constexpr std::size_t kMostKept = 16;

  // Constant after construction.
  VipsInput input_;
  std::string what_;
  std::uint32_t pages_ = 1;
  bool pages_are_levels_ = false;
  // Guarded by mutex_.
  mutable std::mutex mutex_;
  mutable std::map<std::uint32_t, VipsPage> described_;
  mutable std::vector<std::pair<VipsPart, VipsPicture>> kept_;  // the one used last at the end
};

}  // namespace

std::shared_ptr<const PagedFile> open_vips(ImageFormat format, std::string_view bytes,
                                           std::shared_ptr<const void> owner) {
  VipsInput input;
  input.format = format;
  input.bytes = bytes;
  input.owner = std::move(owner);
  return std::make_shared<VipsFile>(std::move(input));
}

std::shared_ptr<const PagedFile> open_vips_tiff(std::shared_ptr<const FileReader> file, std::uint64_t offset,
                                                std::uint64_t count) {
  VipsInput input;
  input.format = ImageFormat::tiff;
  input.file = std::move(file);
  input.offset = offset;
  input.count = count;
  return std::make_shared<VipsFile>(std::move(input));
}

std::shared_ptr<const PagedFile> open_slide(const std::filesystem::path& path) {
  start_vips();
  const bool known = vips_foreign_is_a("openslideload", path.c_str()) != 0;
  if (!known) return nullptr;
  VipsInput input;
  input.format = ImageFormat::slide;
  input.slide = path;
  return std::make_shared<VipsFile>(std::move(input));
}

}  // namespace frag
