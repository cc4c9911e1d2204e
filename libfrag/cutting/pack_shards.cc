// WebDataset shards: SPLIT-000000.tar, ... each with its index, written one behind the other.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "libfrag/cutting/fragment_stream.h"
#include "libfrag/cutting/pack_layouts.h"

namespace frag {
namespace {

// "train-000000", "train-3of8-000000"
std::string shard_stem(const std::string& split, const PackPart& part, std::uint64_t number) {
  std::array<char, 24> digits{};
  std::snprintf(digits.data(), digits.size(), "-%06llu", static_cast<unsigned long long>(number));
  return safe_file_name(split) + part_suffix(part.number, part.count) + digits.data();
}

// Of each source the first one of its group: groups by numbers, as names may say who a sample is of.
std::vector<std::uint32_t> group_numbers(const SourceTable& sources) {
  std::unordered_map<std::string_view, std::uint32_t> first;
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < sources.size(); ++i)
    numbers.push_back(first.try_emplace(sources.group(i), i).first->second);
  return numbers;
}

// The shards of one split.
class ShardFamily {
 public:
  ShardFamily(PackJob& job, PackedSplit& split) : job_(job), split_(split) {
    for (const auto& [name, shard] : job.manifest.shards) number_ += name == split.name ? 1 : 0;
  }

  void take(const EncodedFragment& fragment, std::uint32_t group) {
    const PackRecipe& recipe = job_.manifest.recipe;
    if (shard_ && (shard_->fragments() >= recipe.shard_fragments ||
                   shard_->bytes_with(fragment) > recipe.shard_bytes)) {
      seal();
    }
    if (!shard_) {
      shard_ = std::make_unique<ShardWriter>(
          job_.options.folder, shard_stem(split_.name, job_.part(), number_), job_.manifest.classes.size());
    }
    shard_->add(fragment, group);
    job_.progress.add(1);
  }

  // Where a shard ends hangs on the fragments behind its first one alone, so a run that goes on behind a
  // whole shard makes the same shards as one that was never stopped.
  void seal() {
    if (!shard_) return;
    ShardSummary summary = shard_->finish();
    split_.written += summary.fragments;
    job_.manifest.shards.insert(place(), {split_.name, std::move(summary)});
    shard_.reset();
    ++number_;
    job_.save();
  }

 private:
  // Behind the split's own shards and those of splits before it: a split that goes on may be followed by
  // whole ones.
  std::vector<std::pair<std::string, ShardSummary>>::const_iterator place() const {
    const std::vector<PackedSplit>& splits = job_.manifest.splits;
    const auto& shards = job_.manifest.shards;
    return std::find_if(shards.begin(), shards.end(), [&](const auto& shard) {
      return std::any_of(splits.begin() + (&split_ - splits.data()) + 1, splits.end(),
                         [&shard](const PackedSplit& later) { return later.name == shard.first; });
    });
  }

  PackJob& job_;
  PackedSplit& split_;
  std::uint64_t number_ = 0;
  std::unique_ptr<ShardWriter> shard_;
};

}  // namespace

void pack_shards(PackJob& job) {
  const Catalog& catalog = job.dataset.catalog();
  const PackRecipe& recipe = job.manifest.recipe;
  const std::vector<std::uint32_t> groups = group_numbers(catalog.sources());
  for (PackedSplit& split : job.manifest.splits) {
    ShardFamily shards(job, split);
    FragmentStream<EncodedFragment> stream;
    stream.make = [&](const StreamPlace& at, const Image& pixels) {
      return encode_fragment(catalog, at.id, sample_key(at.id), pixels, recipe.format, recipe.quality);
    };
    stream.write = [&](EncodedFragment& fragment) {
      shards.take(fragment, groups[catalog.source_of(fragment.id)]);
    };
    stream_fragments(job.dataset, job.orders.at(split.name), split.written, job.options.memory_bytes, stream);
    shards.seal();
  }
}

}  // namespace frag
