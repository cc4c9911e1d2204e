#include "libfrag/fetching/shard_catalog.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "libfrag/archive/tar_header.h"
#include "libfrag/archive/webdataset.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/fetching/shard_classes.h"

namespace frag {
namespace {

constexpr std::size_t kNamedAtMost = 3;  // of the samples that were left out
constexpr char kTrain[] = "train";

// A picture as it is: one fragment, at the bits that it has.
Recipe whole_picture() {
  Recipe recipe;
  recipe.fit = Fit::whole;
  recipe.angles = "0";
  recipe.bits = 16;
  return recipe;
}

bool is_xxh3(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Pixels of a known shape, as `raw` members have them.
void take_shape(const SampleFacts& facts, Source& row) {
  row.width = facts.width;
  row.height = facts.height;
  row.channels = facts.channels;
  row.bits = facts.bits;
}

// The order of the tars decides the ids of fragments, so it is part of what the id is of.
std::string catalog_id(const Tables& tables) {
  Sha256 digest;
  const auto add = [&digest](std::string_view field) {
    digest.update(std::to_string(field.size()) + ":");
    digest.update(field);
  };
  for (const std::string& name : tables.classes) add(name);
  for (const Source& row : tables.sources) {
    add(row.name);
    add(std::to_string(row.class_number));
    add(row.split);
    add(row.group);
    add(row.pixels);
  }
  return digest.hex();
}

void require_no_leak(const SourceTable& sources) {
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::size_t other = first.try_emplace(sources.group(i), i).first->second;
    if (sources.split(other) == sources.split(i)) continue;
    throw Error(Errc::refused,
                "the group " + std::string(sources.group(i)) + " is on two sides of the split: " +
                    sources[other].name + " in " + std::string(sources.split(other)) + ", " +
                    sources[i].name + " in " + std::string(sources.split(i)) +
                    "; what is measured on the one would have been seen on the other. Name tars "
                    "that keep each group on one side");
  }
}

class Builder {
 public:
  explicit Builder(const std::vector<LocalShard>& shards)
      : shards_(shards),
        classes_(shards.front().pack ? shards.front().pack->classes : std::vector<std::string>{}) {
    tables_.recipe = whole_picture();
    tables_.angles = tables_.recipe.make_angles();
  }

  ShardCatalog build() {
    Progress progress("reading tars", shards_.size(), "tars");
    for (const LocalShard& shard : shards_) {
      read(shard);
      progress.add(1);
    }
    require_samples();
    tables_.classes = classes_.names();
    const std::vector<std::uint32_t> numbers = classes_.final_numbers();
    for (std::size_t i = 0; !numbers.empty() && i < tables_.sources.size(); ++i)
      tables_.sources.set_class(i, numbers[tables_.sources.class_number(i)]);
    require_no_leak(tables_.sources);
    note_what_is_guessed();
    const std::string id = catalog_id(tables_);
    return {Catalog(id, std::move(tables_)), std::move(notes_)};
  }

 private:
  void read(const LocalShard& shard) {
    const FileReader tar(shard.tar);
    tables_.shards.push_back({shard.tar.string(), tar.size(), ""});
    const auto take = [&](ShardSample sample) {
      throw_if_stopped();
      add(shard, tar, sample);
    };
    try {
      if (shard.index.empty()) {
        read_through(tar, take);
      } else {
        read_by_index(shard, tar, take);
      }
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      throw Error(Errc::bad_input, shard.tar.string() + ": " + error.what());
    }
  }

  void read_through(const FileReader& tar, const TakeSample& take) {
    std::uint64_t fed = 0;
    const std::uint64_t end = read_samples(
        [&](char* buffer, std::size_t capacity) {
          const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, tar.size() - fed));
          tar.read_into(fed, buffer, count);
          fed += count;
          return count;
        },
        take);
    if (tar.size() < end + kTarEndBytes) {
      notes_.push_back(tables_.shards.back().file + " has no end of archive behind its " + format_count(end) +
                       " bytes of members: samples may be missing there");
    }
  }

  void read_by_index(const LocalShard& shard, const FileReader& tar, const TakeSample& take) {
    const std::string index = read_file(shard.index);
    if (shard.stated != nullptr && sha256_hex(index) != shard.stated->index.sha256)
      throw Error(Errc::bad_input,
                  shard.index.filename().string() + " is damaged (its SHA-256 is not pack.json's)");
    read_indexed_samples(tar, index, shard.index.filename().string(), take);
    if (shard.stated != nullptr && shard.stated->tar.bytes != tar.size()) {
      throw Error(Errc::bad_input, format_count(tar.size()) + " bytes where " +
                                       format_count(shard.stated->tar.bytes) + " were written");
    }
  }

  void add(const LocalShard& shard, const FileReader& tar, ShardSample& sample) {
    std::optional<std::uint32_t> number;
    SampleFacts facts;
    Source row;
    try {
      if (!sample.problem.empty()) throw Error(Errc::bad_input, sample.problem);
      if (sample.json) facts = read_facts(*sample.json, sample.key + ".json");
      number = sample.cls ? parse_class(*sample.cls, sample.key + ".cls") : facts.class_number;
      if (!number && facts.class_name.empty())
        throw Error(Errc::bad_input, "it has no class (neither KEY.cls nor \"class\" in KEY.json)");
      row = row_of(tar, sample, facts);
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      return leave_out(shard, sample.key, error.what());
    }
    row.name = shard.tar.filename().string() + "/" + sample.key;
    row.class_number = classes_.add(number, facts.class_name, sample.key);
    row.split = split_of(shard, facts);
    row.group = group_of(sample, facts, row.name);
    tables_.sources.push_back(row);
  }

  // Where the picture lies and how large it is.
  Source row_of(const FileReader& tar, ShardSample& sample, const SampleFacts& facts) const {
    if (!sample.picture) throw Error(Errc::bad_input, "it has no picture");
    const ShardMember& picture = *sample.picture;
    if (!is_xxh3(picture.digest)) throw Error(Errc::bad_input, "its index has no digest of it");
    Source row;
    row.file = {sample.key + "." + picture.extension, static_cast<std::uint32_t>(tables_.shards.size() - 1),
                picture.offset, picture.bytes, std::string(64, '0')};
    row.pixels = picture.digest;
    row.fragments = 1;
    const bool raw = picture.extension == "raw";
    if (raw || (sample.pixels.empty() && facts.width > 0)) {
      take_shape(facts, row);
      if (raw && (facts.width == 0 ||
                  picture.bytes != static_cast<std::uint64_t>(facts.width * facts.height * facts.channels) *
                                       facts.bits / 8)) {
        throw Error(Errc::bad_input, "its raw pixels are not as many as KEY.json says");
      }
      return row;
    }
    if (sample.pixels.empty()) sample.pixels = tar.read(picture.offset, picture.bytes);
    lay_out_source(ImageFile::from_bytes(std::move(sample.pixels)), tables_.recipe, row);
    return row;
  }

  std::string split_of(const LocalShard& shard, const SampleFacts& facts) {
    if (!facts.split.empty()) {
      std::string usual = usual_split(facts.split);
      return usual.empty() ? facts.split : usual;
    }
    if (!shard.split.empty()) return shard.split;
    ++without_split_;
    return kTrain;
  }

  std::string group_of(const ShardSample& sample, const SampleFacts& facts, const std::string& own) {
    if (sample.group) return "group-" + std::to_string(*sample.group);
    if (!facts.group.empty()) return facts.group;
    ++without_group_;
    return own;
  }

  void leave_out(const LocalShard& shard, const std::string& key, const std::string& why) {
    if (left_out_++ >= kNamedAtMost) return;
    named_.push_back(shard.tar.string() + ": " + key + ": " + why);
  }

  void require_samples() const {
    if (!tables_.sources.empty()) return;
    throw Error(Errc::bad_input, shards_.front().tar.string() +
                                     (shards_.size() > 1 ? " and the others hold" : " holds") +
                                     " no sample to train on" +
                                     (named_.empty() ? "" : "; the first one left out: " + named_.front()));
  }

  void note_what_is_guessed() {
    const std::uint64_t all = tables_.sources.size();
    const auto of_all = [all](std::uint64_t count) {
      return format_count(count) + " of " + count_of(all, "sample");
    };
    if (left_out_ > 0) {
      notes_.push_back(
          "left out " + count_of(left_out_, "sample") + " beside " + format_count(all) + ": " +
          join(named_, "; ") +
          (left_out_ > named_.size() ? "; and " + format_count(left_out_ - named_.size()) + " more" : ""));
    }
    if (without_split_ > 0) {
      notes_.push_back(of_all(without_split_) +
                       " do not say which split they are of (\"split\" in KEY.json, or "
                       "the tar's name): they are taken for train");
    }
    if (without_group_ > 0) {
      notes_.push_back(of_all(without_group_) +
                       " do not say which group they are of (\"group\" in KEY.json): "
                       "each is its own, intervals are too narrow where pictures "
                       "belong together, and a leak between splits cannot be seen");
    }
  }

  const std::vector<LocalShard>& shards_;
  ShardClasses classes_;
  Tables tables_;
  std::vector<std::string> notes_;
  std::vector<std::string> named_;  // the first of those that were left out, with the reasons
  std::uint64_t left_out_ = 0, without_split_ = 0, without_group_ = 0;
};

}  // namespace

ShardCatalog read_shard_catalog(const std::vector<LocalShard>& shards) {
  return Builder(shards).build();
}

}  // namespace frag
