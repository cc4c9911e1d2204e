#include "libfrag/image/metadata.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <vips/vips8>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/image/vips_session.h"

namespace frag {
namespace {

enum class Says { location, owner, date };

struct Field {
  std::string_view name;
  Says says;
};
constexpr Field kFields[] = {
    {"GPSLatitude", Says::location},
    {"GPSLongitude", Says::location},
    {"GPSDestLatitude", Says::location},
    {"GPSDestLongitude", Says::location},
    {"GPSAreaInformation", Says::location},
    {"Artist", Says::owner},
    {"Copyright", Says::owner},
    {"CameraOwnerName", Says::owner},
    {"XPAuthor", Says::owner},
    {"BodySerialNumber", Says::owner},
    {"LensSerialNumber", Says::owner},
    {"HostComputer", Says::owner},
    {"ImageDescription", Says::owner},
    {"UserComment", Says::owner},
    {"XPComment", Says::owner},
    {"XPSubject", Says::owner},
    {"XPTitle", Says::owner},
    {"image-description", Says::owner},
    {"DateTime", Says::date},
    {"DateTimeOriginal", Says::date},
    {"DateTimeDigitized", Says::date},
    {"GPSDateStamp", Says::date},
};

void note(std::vector<std::string>& list, const std::string& field) {
  if (std::find(list.begin(), list.end(), field) == list.end()) list.push_back(field);
}

void note(FileMetadata& metadata, std::string_view field) {
  const auto* known = std::find_if(std::begin(kFields), std::end(kFields),
                                   [field](const Field& row) { return row.name == field; });
  if (known == std::end(kFields)) return;
  std::vector<std::string>& list = known->says == Says::location ? metadata.location
                                   : known->says == Says::owner  ? metadata.owner
                                                                 : metadata.date;
  note(list, std::string(field));
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0 || c == 0; });
}

// libvips writes an EXIF value as "value (value, ASCII, 6 components, 6 bytes)".
std::string_view exif_value(std::string_view text) {
  const std::size_t bracket = text.rfind(" (");
  return bracket == std::string_view::npos ? text : text.substr(0, bracket);
}

// A few words of an XMP packet stand for the same as EXIF's.
void look_at_xmp(const vips::VImage& image, FileMetadata& metadata) {
  std::size_t size = 0;
  const auto* data = static_cast<const char*>(image.get_blob("xmp-data", &size));
  const std::string_view packet(data, size);
  const auto holds = [packet](const char* word) { return packet.find(word) != std::string_view::npos; };
  if (holds("GPSLatitude") || holds("GPSLongitude")) note(metadata.location, "XMP GPS");
  if (holds("dc:creator") || holds("OwnerName") || holds("photoshop:AuthorsPosition"))
    note(metadata.owner, "XMP creator");
}

std::vector<std::string> fields_of(const vips::VImage& image) {
  const std::unique_ptr<gchar*, void (*)(gchar**)> names(vips_image_get_fields(image.get_image()),
                                                         g_strfreev);
  std::vector<std::string> fields;
  for (gchar** name = names.get(); name != nullptr && *name != nullptr; ++name) fields.emplace_back(*name);
  return fields;
}

void look_at_fields(const vips::VImage& image, FileMetadata& metadata) {
  for (const std::string& field : fields_of(image)) {
    if (field.rfind("exif-ifd", 0) == 0) {
      const std::string text = image.get_string(field.c_str());
      if (!is_blank(exif_value(text))) note(metadata, field.substr(field.find('-', 5) + 1));
    } else if (field == "image-description") {
      if (!is_blank(image.get_string(field.c_str()))) note(metadata, field);
    } else if (field.rfind("png-comment-", 0) == 0) {
      note(metadata.owner, "PNG text " + field.substr(field.find('-', 12) + 1));
    } else if (field == "iptc-data") {
      note(metadata.owner, "IPTC");
    } else if (field == "xmp-data") {
      look_at_xmp(image, metadata);
    }
  }
}

// A TIFF's own directories, which libvips reads only in part: its tags are EXIF's. Only what is needed to
// know which tags are there; every offset is checked, because the file may be a stranger's.
class TiffTags {
 public:
  explicit TiffTags(std::string_view file) : file_(file) {}

  void note_in(FileMetadata& metadata) const {
    if (file_.size() < 8 || (file_.substr(0, 4) != std::string_view("II\x2a\0", 4) &&
                             file_.substr(0, 4) != std::string_view("MM\0\x2a", 4))) {
      return;
    }
    std::uint64_t directory = number(4, 4);
    for (int seen = 0; directory != 0 && seen < kMostDirectories; ++seen) {
      if (directory + 2 > file_.size()) return;
      const std::uint64_t entries = number(directory, 2);
      if (directory + 2 + 12 * entries + 4 > file_.size()) return;
      for (std::uint64_t i = 0; i < entries; ++i) note_entry(directory + 2 + 12 * i, metadata);
      directory = number(directory + 2 + 12 * entries, 4);
    }
  }

 private:
  static constexpr int kMostDirectories = 4096;

  std::uint64_t number(std::uint64_t at, int bytes) const {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) {
      const int from = file_[0] == 'I' ? bytes - 1 - i : i;
      value = value << 8 | static_cast<unsigned char>(file_[at + static_cast<std::uint64_t>(from)]);
    }
    return value;
  }

  bool is_blank_text(std::uint64_t entry) const {
    const std::uint64_t size = number(entry + 4, 4);
    const std::uint64_t at = size <= 4 ? entry + 8 : number(entry + 8, 4);
    return at >= file_.size() || is_blank(file_.substr(at, size));
  }

  void note_entry(std::uint64_t entry, FileMetadata& metadata) const {
    struct Tag {
      std::uint64_t number;
      std::string_view field;
    };
    static constexpr Tag kTags[] = {{270, "ImageDescription"},
                                    {306, "DateTime"},
                                    {315, "Artist"},
                                    {316, "HostComputer"},
                                    {33432, "Copyright"}};
    const std::uint64_t tag = number(entry, 2);
    if (tag == 34853) note(metadata.location, "GPS directory");
    if (tag == 33723) note(metadata.owner, "IPTC");
    for (const Tag& known : kTags) {
      if (known.number == tag && !is_blank_text(entry)) note(metadata, known.field);
    }
  }

  std::string_view file_;
};

// A file in memory under a name of its own: OpenSlide opens files by name only.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("slide", MFD_CLOEXEC)) {
    if (fd_ < 0) throw_errno("open", "a file in memory");
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0) {
        ::close(fd_);
        throw_errno("write", "a file in memory");
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

// The names of the pictures beside a slide's levels; none for a file that is no slide.
std::vector<std::string> slide_images(std::string_view file) {
  constexpr const char* kField = "slide-associated-images";
  const MemoryFile named(file);
  const char* loader = vips_foreign_find_load(named.path().c_str());
  if (loader == nullptr || std::string_view(loader).find("Openslide") == std::string_view::npos) {
    vips_error_clear();
    return {};
  }
  const vips::VImage slide = vips::VImage::new_from_file(named.path().c_str());
  if (slide.get_typeof(kField) == 0) return {};
  std::vector<std::string> names;
  for (const std::string& name : split_text(slide.get_string(kField), ',')) {
    const std::size_t start = name.find_first_not_of(' ');
    if (start != std::string::npos) names.push_back(name.substr(start));
  }
  return names;
}

bool is_tiff(std::string_view file) {
  return file.substr(0, 2) == "II" || file.substr(0, 2) == "MM";
}

}  // namespace

FileMetadata read_metadata(std::string_view file) {
  start_vips();
  FileMetadata metadata;
  if (is_tiff(file)) TiffTags(file).note_in(metadata);
  try {
    look_at_fields(vips::VImage::new_from_buffer(file.data(), file.size(), ""), metadata);
  } catch (const vips::VError&) {
    vips_error_clear();
  }
  try {
    if (is_tiff(file)) metadata.slide_images = slide_images(file);
  } catch (const vips::VError&) {
    vips_error_clear();
  }
  return metadata;
}

}  // namespace frag
