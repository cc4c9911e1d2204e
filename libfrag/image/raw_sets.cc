#include "libfrag/image/raw_sets.h"

#include <libdeflate.h>

#include <array>

#include "libfrag/base/error.h"
#include "libfrag/geometry/tiling.h"
#include "libfrag/image/samples.h"

namespace frag {
namespace {

[[noreturn]] void bad(const std::string& why) {
  throw Error(Errc::bad_input, why);
}

// How a file's pictures lie in it.
struct Layout {
  std::uint64_t images = 0;
  std::uint64_t first = 0;      // byte of the first record
  std::uint64_t record = 0;     // bytes from a record to the next
  std::uint64_t pixels_at = 0;  // byte of the pixels within a record
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t channels = 1;
  bool planes = false;
};

class RawSetFile final : public PagedFile {
 public:
  RawSetFile(ImageFormat format, std::string_view bytes, std::shared_ptr<const void> owner, Layout layout)
      : PagedFile(format), bytes_(bytes), owner_(std::move(owner)), layout_(layout) {}

  std::uint32_t pages() const override { return static_cast<std::uint32_t>(layout_.images); }

  PageInfo info(std::uint32_t) const override {
    PageInfo info;
    info.width = layout_.width;
    info.height = layout_.height;
    info.channels = layout_.channels;
    info.by_region = true;
    info.levels = {{layout_.width, layout_.height, 1}};
    return info;
  }

  Image read(std::uint32_t page, const ReadOptions& options, const Box& box) const override {
    SampleKind kind;
    kind.colours = static_cast<int>(layout_.channels);
    Image image(box.width, box.height, channels_out(kind, options), bits_out(kind, options));
    std::string row;
    for (std::int64_t y = 0; y < box.height; ++y) {
      convert_row(kind, options, pixels(page, box.x, box.y + y, box.width, row), box.width, image.row(y));
    }
    return image;
  }

  std::optional<int> label(std::uint32_t page) const override {
    if (layout_.pixels_at == 0) return std::nullopt;
    return byte(page, layout_.pixels_at - 1);
  }
  std::optional<int> superclass(std::uint32_t page) const override {
    if (layout_.pixels_at < 2) return std::nullopt;
    return byte(page, 0);
  }

 private:
  int byte(std::uint32_t page, std::uint64_t at) const {
    return static_cast<unsigned char>(bytes_[layout_.first + page * layout_.record + at]);
  }

  // `count` pixels from (x, y) of a page, interleaved; `room` is where they are gathered if they are not yet.
  const void* pixels(std::uint32_t page, std::int64_t x, std::int64_t y, std::int64_t count,
                     std::string& room) const {
    const char* start = bytes_.data() + layout_.first + page * layout_.record + layout_.pixels_at;
    if (!layout_.planes) return start + (y * layout_.width + x) * layout_.channels;
    room.resize(static_cast<std::size_t>(count * layout_.channels));
    const std::int64_t plane = layout_.width * layout_.height;
    for (std::int64_t channel = 0; channel < layout_.channels; ++channel) {
      const char* in = start + channel * plane + y * layout_.width + x;
      for (std::int64_t i = 0; i < count; ++i)
        room[static_cast<std::size_t>(i * layout_.channels + channel)] = in[i];
    }
    return room.data();
  }

  std::string_view bytes_;
  std::shared_ptr<const void> owner_;
  Layout layout_;
};

struct IdxHeader {
  std::uint64_t bytes = 0;  // of the header itself
  std::vector<std::uint64_t> sizes;
};

const char* type_name(int type) {
  switch (type) {
    case 0x9:
      return "signed bytes";
    case 0xb:
      return "16-bit integers";
    case 0xc:
      return "32-bit integers";
    case 0xd:
    case 0xe:
      return "floating point";
    default:
      return "an unknown type";
  }
}

// The header, once it agrees with the length of the file.
IdxHeader parse_idx(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(bytes[at])}; };
  if (bytes.size() < 4 || byte(0) != 0 || byte(1) != 0) bad("not an IDX file by its first bytes");
  if (byte(2) != 8) {
    bad(std::string("an IDX file of ") + type_name(static_cast<int>(byte(2))) +
        "; images are read from unsigned bytes (type 8)");
  }
  IdxHeader header;
  header.bytes = 4 + 4 * byte(3);
  if (bytes.size() < header.bytes) bad("an IDX file that ends within its header");
  std::uint64_t samples = 1;
  for (std::size_t at = 4; at < header.bytes; at += 4) {
    const std::uint64_t size = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (size == 0 || size > kMaxIdxBytes / samples) {
      bad("an IDX file with a dimension of " + std::to_string(size) + "; sizes are positive and at most " +
          std::to_string(kMaxIdxBytes) + " samples in all");
    }
    samples *= size;
    header.sizes.push_back(size);
  }
  if (bytes.size() - header.bytes != samples) {
    bad("an IDX file with " + std::to_string(bytes.size() - header.bytes) +
        " bytes of samples where its header promises " + std::to_string(samples) +
        "; copy it again from where it came");
  }
  return header;
}

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

// The contents of a gzip file. Its last four bytes give their length; deflate packs no more than 1,032 bytes
// into one, so that a length that lies costs no more memory than the file itself could.
std::string unpack_gzip(std::string_view bytes) {
  constexpr std::uint64_t kMostPerByte = 1032;
  constexpr std::uint64_t kMostHeader = 64;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 4 && bytes.size() >= 18; ++i) {
    length |= std::uint64_t{static_cast<unsigned char>(bytes[bytes.size() - 4 + i])} << (8 * i);
  }
  if (length > kMaxIdxBytes + kMostHeader) {
    bad("a gzip file that unpacks to " + std::to_string(length) + " bytes, more than the limit of " +
        std::to_string(kMaxIdxBytes));
  }
  if (length == 0 || length > bytes.size() * kMostPerByte) bad("a gzip file that is truncated or damaged");
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!decompressor) throw Error(Errc::internal, "no memory to unpack a gzip file");
  std::string out(length, '\0');
  std::size_t used = 0, written = 0;
  const libdeflate_result result = libdeflate_gzip_decompress_ex(
      decompressor.get(), bytes.data(), bytes.size(), out.data(), out.size(), &used, &written);
  if (result != LIBDEFLATE_SUCCESS || used != bytes.size() || written != out.size()) {
    bad("a gzip file that is truncated, damaged or made of several parts; unpack it");
  }
  return out;
}

// The bytes behind gzip, where there is one.
std::string_view unpacked(std::string_view bytes, std::shared_ptr<const void>& owner) {
  if (!is_gzip(bytes)) return bytes;
  const auto contents = std::make_shared<const std::string>(unpack_gzip(bytes));
  owner = contents;
  return *contents;
}

bool is_channels(std::uint64_t size) {
  return size == 1 || size == 3;
}

Layout layout_of(const IdxHeader& header) {
  const auto& sizes = header.sizes;
  if (sizes.size() == 1) bad("an IDX file of labels; the images lie in a file named images-idx3-ubyte");
  if (sizes.size() != 3 && sizes.size() != 4) {
    bad("an IDX file of " + std::to_string(sizes.size()) + " dimensions; images have 3, or 4 with channels");
  }
  Layout layout;
  layout.planes = sizes.size() == 4 && !is_channels(sizes[3]);
  const std::size_t rows_at = layout.planes ? 2 : 1;
  const std::uint64_t channels = sizes.size() == 3 ? 1 : sizes[layout.planes ? 1 : 3];
  if (!is_channels(channels)) bad("an IDX file whose images have neither 1 nor 3 channels");
  const auto edge = std::max(sizes[rows_at], sizes[rows_at + 1]);
  if (edge > std::uint64_t{kMaxEdge} || sizes[rows_at] * sizes[rows_at + 1] > std::uint64_t{kMaxPixels}) {
    bad("an IDX file of images of " + std::to_string(sizes[rows_at + 1]) + "x" +
        std::to_string(sizes[rows_at]) + " pixels, more than the limit of " + std::to_string(kMaxPixels));
  }
  layout.images = sizes[0];
  layout.first = header.bytes;
  layout.height = static_cast<std::int64_t>(sizes[rows_at]);
  layout.width = static_cast<std::int64_t>(sizes[rows_at + 1]);
  layout.channels = static_cast<std::int64_t>(channels);
  layout.record = sizes[rows_at] * sizes[rows_at + 1] * channels;
  return layout;
}

}  // namespace

std::shared_ptr<const PagedFile> open_idx(std::string_view bytes, std::shared_ptr<const void> owner) {
  bytes = unpacked(bytes, owner);
  const Layout layout = layout_of(parse_idx(bytes));
  return std::make_shared<RawSetFile>(ImageFormat::idx, bytes, std::move(owner), layout);
}

std::shared_ptr<const PagedFile> open_cifar(std::string_view bytes, std::shared_ptr<const void> owner,
                                            std::string_view name) {
  const CifarRecord record = cifar_record(name).value();
  const auto record_bytes = static_cast<std::uint64_t>(record.bytes());
  const std::string what = record.label_bytes == 1 ? "CIFAR-10" : "CIFAR-100";
  if (bytes.empty() || bytes.size() % record_bytes != 0 || bytes.size() / record_bytes > UINT32_MAX) {
    bad("named like a batch of " + what + ", but its " + std::to_string(bytes.size()) +
        " bytes are not a whole number of records of " + std::to_string(record_bytes));
  }
  const std::array<int, 2> limits = record.label_bytes == 1 ? std::array{10, 10} : std::array{20, 100};
  for (std::uint64_t at = 0; at < bytes.size(); at += record_bytes) {
    for (int i = 0; i < record.label_bytes; ++i) {
      const int label = static_cast<unsigned char>(bytes[at + static_cast<std::uint64_t>(i)]);
      if (label < limits[static_cast<std::size_t>(i)]) continue;
      bad("named like a batch of " + what + ", but record " + std::to_string(at / record_bytes) +
          " has the label " + std::to_string(label) + "; labels are below " +
          std::to_string(limits[static_cast<std::size_t>(i)]));
    }
  }
  Layout layout;
  layout.images = bytes.size() / record_bytes;
  layout.record = record_bytes;
  layout.pixels_at = static_cast<std::uint64_t>(record.label_bytes);
  layout.width = layout.height = CifarRecord::kEdge;
  layout.channels = 3;
  layout.planes = true;
  return std::make_shared<RawSetFile>(ImageFormat::cifar, bytes, std::move(owner), layout);
}

std::vector<std::uint8_t> read_idx_labels(std::string_view bytes) {
  std::shared_ptr<const void> owner;
  bytes = unpacked(bytes, owner);
  const IdxHeader header = parse_idx(bytes);
  if (header.sizes.size() != 1) {
    bad("an IDX file of " + std::to_string(header.sizes.size()) + " dimensions; labels have 1");
  }
  const std::string_view labels = bytes.substr(header.bytes);
  return {labels.begin(), labels.end()};
}

std::filesystem::path idx_labels_beside(const std::filesystem::path& images) {
  std::string name = images.filename().string();
  for (const std::string_view kind : {"images-idx3", "images-idx4"}) {
    const std::size_t at = name.rfind(kind);
    if (at != std::string::npos) return images.parent_path() / name.replace(at, kind.size(), "labels-idx1");
  }
  return {};
}

}  // namespace frag
