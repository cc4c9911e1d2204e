// What a stored file says beside its pixels: where, when and by whom it was made. Names of fields only, never
// their values. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace frag {

struct FileMetadata {
  std::vector<std::string> location;      // fields that say where: "GPSLatitude"
  std::vector<std::string> owner;         // that name a person, an institution or a device: "Artist"
  std::vector<std::string> date;          // that say when: "DateTimeOriginal"
  std::vector<std::string> slide_images;  // pictures stored beside a slide's own: "label", "macro"
};

// Of `file`, its whole contents, in any format that images are read from. Fields that are there and blank are
// left out, and so is everything where the file cannot be read: that is for reading its pixels to say.
//
// Looks at EXIF and its GPS part, XMP, IPTC, PNG texts and a TIFF's own tags, and, in slides, at the pictures
// that OpenSlide finds beside the levels.
FileMetadata read_metadata(std::string_view file);

}  // namespace frag
