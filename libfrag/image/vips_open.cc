#include "libfrag/image/vips_open.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "libfrag/base/error.h"

namespace frag {
namespace {

const char* loader_of(ImageFormat format) {
  switch (format) {
    case ImageFormat::jpeg:
      return "jpegload_source";
    case ImageFormat::png:
      return "pngload_source";
    case ImageFormat::tiff:
      return "tiffload_source";
    case ImageFormat::webp:
      return "webpload_source";
    case ImageFormat::gif:
      return "gifload_source";
    case ImageFormat::pnm:
      return "ppmload_source";
    case ImageFormat::jpeg2000:
      return "jp2kload_source";
    case ImageFormat::slide:
      return "openslideload";
    case ImageFormat::idx:
    case ImageFormat::cifar:
      break;
  }
  throw Error(Errc::internal, std::string(name_of(format)) + " is not libvips' to read");
}

// A place in part of a file: what libvips reads from and seeks in.
struct Cursor {
  std::shared_ptr<const FileReader> file;
  std::int64_t offset = 0;
  std::int64_t count = 0;
  std::shared_ptr<DiskTrouble> trouble;
  std::int64_t at = 0;
};

// Signal handlers of a VipsSourceCustom: exceptions must not pass through C.
gint64 read_at_cursor(VipsSourceCustom*, void* out, gint64 wanted, void* data) {
  auto& cursor = *static_cast<Cursor*>(data);
  try {
    const std::int64_t count = std::clamp<std::int64_t>(cursor.count - cursor.at, 0, wanted);
    if (count == 0) return 0;
    const std::string bytes = cursor.file->read(static_cast<std::uint64_t>(cursor.offset + cursor.at),
                                                static_cast<std::uint64_t>(count));
    std::memcpy(out, bytes.data(), bytes.size());
    cursor.at += count;
    return count;
  } catch (...) {
    cursor.trouble->failure = std::current_exception();
    return -1;
  }
}

gint64 seek_cursor(VipsSourceCustom*, gint64 to, int whence, void* data) {
  auto& cursor = *static_cast<Cursor*>(data);
  const std::int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? cursor.at : cursor.count;
  // TIFF offsets are a stranger's numbers of up to 64 bits.
  if (to > cursor.count || to < -cursor.count || from + to < 0 || from + to > cursor.count) return -1;
  cursor.at = from + to;
  return cursor.at;
}

vips::VSource part_source(const VipsInput& input, const std::shared_ptr<DiskTrouble>& trouble) {
  VipsSourceCustom* source = vips_source_custom_new();
  const vips::VSource held(VIPS_SOURCE(source));
  auto* cursor = new Cursor{input.file, static_cast<std::int64_t>(input.offset),
                            static_cast<std::int64_t>(input.count), trouble};
  // The source owns it from here.
  g_object_set_data_full(G_OBJECT(source), "frag-cursor", cursor,
                         [](void* held_cursor) { delete static_cast<Cursor*>(held_cursor); });
  g_signal_connect(source, "seek", G_CALLBACK(seek_cursor), cursor);
  g_signal_connect(source, "read", G_CALLBACK(read_at_cursor), cursor);
  return held;
}

// A loader of libvips from its name to its picture.
class Loader {
 public:
  explicit Loader(const char* name) : operation_(vips_operation_new(name)) {
    if (operation_ == nullptr) throw vips::VError();
  }
  ~Loader() {
    vips_object_unref_outputs(VIPS_OBJECT(operation_));
    g_object_unref(operation_);
  }
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  template <class Value>
  void set(const char* name, Value value) {
    g_object_set(operation_, name, value, nullptr);
  }
  VipsPicture run() {
    if (vips_cache_operation_buildp(&operation_) != 0) throw vips::VError();
    VipsImage* image = nullptr;
    int flags = 0;
    g_object_get(operation_, "out", &image, "flags", &flags, nullptr);
    return {vips::VImage(image), (flags & VIPS_FOREIGN_PARTIAL) != 0, nullptr};
  }

 private:
  VipsOperation* operation_;
};

void set_part(Loader& loader, ImageFormat format, const VipsPart& part) {
  switch (format) {
    case ImageFormat::tiff:
      loader.set("page", part.page);
      loader.set("subifd", part.subifd);
      break;
    case ImageFormat::gif:
    case ImageFormat::webp:
      loader.set("page", part.page);
      break;
    case ImageFormat::jpeg2000:
      loader.set("page", part.level);
      break;
    case ImageFormat::slide:
      loader.set("level", part.level);
      break;
    default:
      break;
  }
}

VipsPicture open_as(const VipsInput& input, const VipsPart& part, VipsAccess access,
                    const std::shared_ptr<DiskTrouble>& trouble) {
  Loader loader(loader_of(input.format));
  if (input.format == ImageFormat::slide) {
    loader.set("filename", input.slide.c_str());
  } else if (input.file) {
    loader.set("source", part_source(input, trouble).get_source());
  } else {
    loader.set("source", vips::VSource::new_from_memory(input.bytes.data(), input.bytes.size()).get_source());
  }
  set_part(loader, input.format, part);
  loader.set("fail_on", VIPS_FAIL_ON_ERROR);
  loader.set("access", access);
  return loader.run();
}

}  // namespace

void VipsPicture::rethrow_trouble() const {
  if (trouble && trouble->failure) std::rethrow_exception(trouble->failure);
}

VipsPicture open_picture(const VipsInput& input, const VipsPart& part, VipsAccess access) {
  const auto trouble = std::make_shared<DiskTrouble>();
  try {
    VipsPicture picture = open_as(input, part, access, trouble);
    picture.trouble = trouble;
    return picture;
  } catch (const vips::VError&) {
    if (trouble->failure) std::rethrow_exception(trouble->failure);
    throw;
  }
}

}  // namespace frag
