#include "libfrag/fetching/shard_set.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

// Neighbours in a shard are fetched in one request where no more than this lies between them.
constexpr std::uint64_t kGap = std::uint64_t{32} << 10;
// And no more than this comes at once.
constexpr std::uint64_t kMostAtOnce = std::uint64_t{8} << 20;

// A fragment takes no more of a tar than this.
constexpr std::uint64_t kMostOfOne = std::uint64_t{1} << 30;

// Three members one behind the other, as a tar has them: an index may come from anybody.
bool well_placed(const ShardEntry& entry) {
  if (entry.members.size() != 3) return false;
  std::uint64_t at = entry.members.front().offset;
  const std::uint64_t end = at + kMostOfOne;
  for (const ShardMember& member : entry.members) {
    if (member.offset < at || member.offset > end || member.bytes > end - member.offset) return false;
    at = member.offset + member.bytes;
  }
  return true;
}

std::uint64_t begin_of(const ShardEntry& entry) {
  return entry.members.front().offset;
}

std::uint64_t end_of(const ShardEntry& entry) {
  return entry.members.back().offset + entry.members.back().bytes;
}

}  // namespace

ShardSet::ShardSet(http::Downloader& downloader, const MirrorAddress& mirror, PackManifest manifest)
    : manifest_(std::move(manifest)) {
  if (!manifest_.complete || manifest_.recipe.layout != PackLayout::webdataset)
    throw Error(Errc::refused, "holds an export that is unfinished, or has no shards");
  for (const auto& [split, shard] : manifest_.shards) {
    const std::string text = downloader.get(mirror.file_url(shard.index.file, ""));
    if (sha256_hex(text) != shard.index.sha256)
      throw WrongAnswer("gave a wrong " + shard.index.file + " (its SHA-256 is not pack.json's)");
    entries_.push_back(parse_shard_index(text, shard.index.file));
  }
  index_entries();
}

void ShardSet::index_entries() {
  std::map<std::string, std::vector<std::vector<FragmentId>>> by_split;
  for (std::size_t shard = 0; shard < entries_.size(); ++shard) {
    auto& by_class = by_split[manifest_.shards[shard].first];
    by_class.resize(manifest_.classes.size());
    for (const ShardEntry& entry : entries_[shard]) {
      const auto id = parse_integer(entry.key);
      const bool known = id && *id >= 0 && entry.class_number < by_class.size() && well_placed(entry);
      if (!known)
        throw Error(Errc::bad_input, "shard index: " + entry.key + " is no fragment of this export");
      places_[static_cast<FragmentId>(*id)] = {shard, &entry};
      by_class[entry.class_number].push_back(static_cast<FragmentId>(*id));
    }
  }
  std::map<std::string, ClassRanges> ranges;
  for (auto& [split, by_class] : by_split) {
    ClassRanges& classes = ranges[split];
    for (std::vector<FragmentId>& ids : by_class) {
      std::sort(ids.begin(), ids.end());
      auto& runs = classes.emplace_back();
      for (const FragmentId id : ids) {
        if (!runs.empty() && runs.back().first + runs.back().count == id) {
          ++runs.back().count;
        } else {
          runs.push_back({id, 1});
        }
      }
    }
  }
  sampler_.emplace(manifest_.classes, ranges);
}

std::optional<ShardSet::Place> ShardSet::find(FragmentId id) const {
  const auto found = places_.find(id);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<const ShardSet> ShardSets::at(http::Downloader& downloader, const MirrorAddress& mirror) {
  One* one = nullptr;
  {
    const std::lock_guard lock(mutex_);
    one = &sets_[mirror.url];
  }
  const std::lock_guard lock(one->mutex);
  if (!one->set) {
    const std::string name = manifest_name(1, 1);
    one->set = std::make_shared<const ShardSet>(
        downloader, mirror, decode_pack_manifest(downloader.get(mirror.file_url(name, "")), name));
  }
  return one->set;
}

ShardProvider::ShardProvider(http::Downloader& downloader, MirrorAddress mirror,
                             std::shared_ptr<const ShardSet> set, const WantedSample& wanted)
    : downloader_(downloader), mirror_(std::move(mirror)), set_(std::move(set)), wanted_(wanted) {
  if (set_->manifest().recipe.dataset != wanted_.dataset)
    throw Error(Errc::refused, "holds shards of another dataset");
  const SampleFormat format = set_->manifest().recipe.format;
  if (format != wanted_.format)
    throw Error(Errc::refused, std::string("holds ") + name_of(format) + ", not " + name_of(wanted_.format));
}

// Fragments that lie near each other in a shard, by position.
struct ShardProvider::Stretch {
  std::size_t shard = 0;
  std::uint64_t begin = 0, end = 0;  // bytes of the tar
  std::vector<std::uint64_t> positions;
};

std::vector<ShardProvider::Stretch> ShardProvider::stretches(std::uint64_t first, std::uint64_t end) const {
  struct One {
    ShardSet::Place place;
    std::uint64_t position = 0;
  };
  std::vector<One> all;
  for (std::uint64_t position = first; position < end; ++position) {
    const auto place = set_->find(wanted_.list.at(position));
    if (!place)
      throw Error(Errc::refused, "does not hold fragment " + wanted_.key(position) + " of the sample");
    all.push_back({*place, position});
  }
  std::sort(all.begin(), all.end(), [](const One& a, const One& b) {
    return std::pair(a.place.shard, begin_of(*a.place.entry)) <
           std::pair(b.place.shard, begin_of(*b.place.entry));
  });
  std::vector<Stretch> stretches;
  for (const One& one : all) {
    const std::uint64_t from = begin_of(*one.place.entry), to = end_of(*one.place.entry);
    const bool near = !stretches.empty() && stretches.back().shard == one.place.shard &&
                      from <= stretches.back().end + kGap && to - stretches.back().begin <= kMostAtOnce;
    if (!near) stretches.push_back({one.place.shard, from, to, {}});
    stretches.back().end = std::max(stretches.back().end, to);
    stretches.back().positions.push_back(one.position);
  }
  return stretches;
}

EncodedFragment ShardProvider::cut_out(const std::string& bytes, std::uint64_t offset,
                                       std::uint64_t position) const {
  const ShardEntry& entry = *set_->find(wanted_.list.at(position))->entry;
  const auto member = [&](std::size_t number) {
    const ShardMember& one = entry.members[number];
    std::string data = bytes.substr(one.offset - offset, one.bytes);
    if (xxh3_128_hex(data) != one.digest)
      throw WrongAnswer("gave wrong bytes of " + entry.key + "." + one.extension +
                        " (their digest is not the index's)");
    return data;
  };
  EncodedFragment fragment;
  fragment.id = wanted_.list.at(position);
  fragment.key = wanted_.key(position);
  fragment.class_number = entry.class_number;
  fragment.format = wanted_.format;
  fragment.picture = member(0);
  member(1);
  fragment.description = member(2);
  const std::string problem = wanted_.problem(position, fragment);
  if (!problem.empty()) throw WrongAnswer("gave " + problem);
  return fragment;
}

void ShardProvider::give(std::uint64_t first, std::uint64_t end, const Take& take) {
  std::vector<EncodedFragment> fragments(end - first);
  for (const Stretch& stretch : stretches(first, end)) {
    const std::string& tar = set_->manifest().shards[stretch.shard].second.tar.file;
    const std::string bytes = downloader_.get(mirror_.file_url(tar, ""),
                                              http::ByteRange{stretch.begin, stretch.end - stretch.begin});
    for (const std::uint64_t position : stretch.positions)
      fragments[position - first] = cut_out(bytes, stretch.begin, position);
  }
  for (EncodedFragment& fragment : fragments) {
    if (!take(std::move(fragment))) return;
  }
}

}  // namespace frag
