#include "libfrag/archive/shard_writer.h"

#include <utility>

namespace frag {
namespace {

// Two blocks of zeros.
constexpr std::uint64_t kTarEndBytes = 1024;

}  // namespace

ShardWriter::ShardWriter(const std::filesystem::path& folder, std::string stem, std::size_t classes)
    : stem_(std::move(stem)),
      tar_file_(folder / shard_tar_name(stem_)),
      index_file_(folder / shard_index_name(stem_)),
      tar_([this](std::string_view bytes) {
        tar_file_.write(bytes);
        tar_sha_.update(bytes);
      }) {
  summary_.by_class.resize(classes);
}

void ShardWriter::add(const EncodedFragment& fragment, std::uint64_t group) {
  ShardEntry entry{fragment.key, fragment.class_number, {}, group};
  const auto add_member = [&](const char* extension, std::string_view data) {
    const std::uint64_t offset = tar_.add(fragment.key + "." + extension, data);
    entry.members.push_back({extension, offset, data.size(), xxh3_128_hex(data)});
  };
  add_member(name_of(fragment.format), fragment.picture);
  add_member("cls", std::to_string(fragment.class_number));
  add_member("json", fragment.description);
  const std::string line = to_line(entry);
  index_file_.write(line);
  index_sha_.update(line);
  ++summary_.fragments;
  ++summary_.by_class.at(fragment.class_number);
}

std::uint64_t ShardWriter::bytes_with(const EncodedFragment& fragment) const {
  return tar_.size() + tar_bytes(fragment.picture.size()) +
         tar_bytes(std::to_string(fragment.class_number).size()) + tar_bytes(fragment.description.size()) +
         kTarEndBytes;
}

ShardSummary ShardWriter::finish() {
  tar_.finish();
  summary_.tar = {shard_tar_name(stem_), tar_file_.size(), tar_sha_.hex()};
  summary_.index = {shard_index_name(stem_), index_file_.size(), index_sha_.hex()};
  index_file_.commit();
  tar_file_.commit();
  return std::move(summary_);
}

}  // namespace frag
