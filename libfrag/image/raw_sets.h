// Many small pictures in one file without compression of their own: IDX (MNIST and its kin) and the binary
// batches of CIFAR. Each picture is a page.
//
// IDX, all numbers big-endian:
//   0, 0, 8 (unsigned bytes), D      4 bytes
//   size of each of D dimensions     4 bytes each
//   the samples, last dimension fastest
// D is 3 (images, rows, columns) or 4: with a last dimension of 1 or 3 the samples of a pixel lie together,
// else with a second dimension of 1 or 3 they lie in planes. The file may be a gzip file of one member.
//
// A CIFAR batch is a row of records as formats.h describes them, with no header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/image/paged_file.h"

namespace frag {

// Samples that an IDX file may hold, once unpacked.
inline constexpr std::uint64_t kMaxIdxBytes = std::uint64_t{1} << 31;

// `bytes` lives as long as `owner`. Errc::bad_input where the header and the length disagree, for types other
// than unsigned bytes, for labels (idx1) and vectors (idx2), and for a gzip file that is damaged, holds more
// than kMaxIdxBytes, or anything but IDX.
std::shared_ptr<const PagedFile> open_idx(std::string_view bytes, std::shared_ptr<const void> owner);

// `name` is the batch's. Errc::bad_input where the length is not a whole number of records, or a label is out
// of range: the file only shares the name.
std::shared_ptr<const PagedFile> open_cifar(std::string_view bytes, std::shared_ptr<const void> owner,
                                            std::string_view name);

// The labels of an idx1-ubyte file, plain or gzip, one an image. Errors as open_idx.
std::vector<std::uint8_t> read_idx_labels(std::string_view bytes);

// Where the labels of `images` lie by custom: train-images-idx3-ubyte.gz -> train-labels-idx1-ubyte.gz beside
// it. Empty where the name does not say "images-idx3" or "images-idx4". The file need not exist.
std::filesystem::path idx_labels_beside(const std::filesystem::path& images);

}  // namespace frag
