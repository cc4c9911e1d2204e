#include "libfrag/cutting/pack.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/pack_layouts.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

void check_options(const PackOptions& options) {
  const auto refuse = [](const std::string& why) { throw Error(Errc::usage, why); };
  if (options.quality < 1 || options.quality > 100)
    refuse("quality " + std::to_string(options.quality) + " is not in 1 to 100");
  if (options.layout == PackLayout::imagefolder && options.format == SampleFormat::raw)
    refuse("an imagefolder holds png or jpg: nothing that reads one knows raw pixels");
  if (options.count == 0) refuse("a count of 0 fragments");
  if (options.shard_fragments == 0 || options.shard_bytes == 0) refuse("shards of nothing");
  if (options.memory_bytes < (std::uint64_t{16} << 20)) refuse("less than 16 MiB of memory");
}

// Holds DIR/.pack.lock while this part is written: a job that was started twice must not write twice.
class PartLock {
 public:
  PartLock(const fs::path& folder, const PackPart& part)
      : path_(folder / (".pack" + part_suffix(part.number, part.count) + ".lock")) {
    while (!take(folder)) {
    }
  }
  ~PartLock() {
    ::unlink(path_.c_str());
    ::close(fd_);
  }
  PartLock(const PartLock&) = delete;
  PartLock& operator=(const PartLock&) = delete;

 private:
  // False where the file was removed by its last holder meanwhile: then there is another one to try.
  bool take(const fs::path& folder) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) throw_errno("create", path_);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(fd_);
      throw Error(Errc::unavailable,
                  folder.string() +
                      ": another frag pack is writing this part of it just now; wait for it, or "
                      "choose another folder");
    }
    struct stat held {
    }, named{};
    const bool current =
        ::fstat(fd_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 && held.st_ino == named.st_ino;
    if (!current) ::close(fd_);
    return current;
  }

  const fs::path path_;
  int fd_ = -1;
};

PackRecipe make_recipe(const PackOptions& options, const Catalog& catalog) {
  PackRecipe recipe;
  recipe.dataset = catalog.id();
  recipe.layout = options.layout;
  recipe.parts = options.part.count;
  recipe.splits = options.split ? std::vector<std::string>{*options.split} : catalog.splits();
  recipe.count = options.count;
  recipe.seed = options.seed;
  // What a layout does not use keeps its default, so that it cannot tell two equal exports apart.
  if (options.layout != PackLayout::coordinates) recipe.format = options.format;
  if (options.format == SampleFormat::jpg) recipe.quality = options.quality;
  if (options.layout == PackLayout::webdataset) {
    recipe.window_bytes = options.memory_bytes / 3 * 2;
    recipe.shard_bytes = options.shard_bytes;
    recipe.shard_fragments = options.shard_fragments;
  }
  return recipe;
}

// The keys in which two exports differ, for a person.
std::string differences(const PackManifest& a, const PackManifest& b) {
  const Json one = parse_json(encode(a), "")["recipe"], two = parse_json(encode(b), "")["recipe"];
  std::vector<std::string> keys;
  for (const auto& [key, value] : one.items()) {
    if (!two.contains(key) || two[key] != value) keys.push_back(key);
  }
  for (const auto& [key, value] : two.items()) {
    if (!one.contains(key)) keys.push_back(key);
  }
  return join(keys, ", ");
}

class Packer {
 public:
  explicit Packer(const PackOptions& options)
      : options_(options), dataset_(options.dataset), sampler_(dataset_.catalog()) {
    manifest_.recipe = make_recipe(options, dataset_.catalog());
    manifest_.part = options.part.number;
    manifest_.classes = dataset_.catalog().classes();
    safe_file_names(manifest_.recipe.splits, "splits");
    for (const std::string& split : manifest_.recipe.splits) {
      const PackSelection selection = selection_of(split);
      const auto order = orders_.try_emplace(split, dataset_.catalog(), sampler_, selection).first;
      manifest_.splits.push_back({split, order->second.size(), 0, 0});
    }
  }

  PackResult run() {
    make_folders(options_.folder);
    const PartLock lock(options_.folder, options_.part);
    settle();
    PackResult result;
    for (const PackedSplit& split : manifest_.splits) {
      result.fragments += split.fragments;
      result.written += split.fragments - split.written;
    }
    if (!manifest_.complete) {
      save();
      write(result.written);
      manifest_.complete = true;
      save();
    }
    write_file_atomic(options_.folder / sums_name(manifest_.part, manifest_.recipe.parts),
                      pack_sums(manifest_));
    for (const auto& [split, shard] : manifest_.shards) result.bytes += shard.tar.bytes + shard.index.bytes;
    for (const auto& [split, table] : manifest_.tables) result.bytes += table.bytes;
    result.manifest = manifest_;
    return result;
  }

 private:
  PackSelection selection_of(const std::string& split) const {
    PackSelection selection;
    selection.split = split;
    selection.count = options_.count;
    selection.seed = options_.seed;
    selection.part = options_.part;
    if (options_.layout == PackLayout::webdataset)
      selection.window_bytes = manifest_.recipe.window_bytes;
    else
      selection.sequence = PackSequence::by_id;
    return selection;
  }

  fs::path manifest_path() const {
    return options_.folder / manifest_name(manifest_.part, manifest_.recipe.parts);
  }
  void save() const { write_file_atomic(manifest_path(), encode(manifest_)); }

  // Finds out what the folder holds: nothing, this export as far as it got, or something else, which stays.
  void settle() {
    const std::vector<fs::path> there = find_manifests(options_.folder);
    if (there.empty()) require_empty();
    for (const fs::path& path : there) {
      const PackManifest other = decode_pack_manifest(read_file(path), path.filename().string());
      const bool own = path == manifest_path();
      if (own && options_.force) {
        remove(other);
      } else if (other.recipe != manifest_.recipe) {
        throw Error(Errc::usage, options_.folder.string() + ": holds another export already (" +
                                     differences(other, manifest_) + " differ); choose another folder" +
                                     (own ? ", or start over with --force" : ", or remove this one"));
      } else if (own) {
        go_on(other);
      }
    }
    remove_unfinished();
  }

  void require_empty() const {
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
      const std::string name = entry.path().filename().string();
      // What other parts that start at this moment put here first.
      const bool ours = name.substr(0, 5) == ".pack" || name.substr(0, 5) == "pack-" ||
                        name == std::string("pack.json") + kUnfinished;
      if (!ours) {
        throw Error(Errc::usage, options_.folder.string() + ": holds files that are no export (" + name +
                                     "); choose an empty folder");
      }
    }
  }

  // Takes over what is whole: of each split the shards up to the first one that is missing.
  void go_on(const PackManifest& other) {
    manifest_ = other;
    manifest_.shards.clear();
    for (PackedSplit& split : manifest_.splits) {
      if (manifest_.recipe.layout == PackLayout::webdataset) split.written = 0;
      for (const auto& [name, shard] : other.shards) {
        if (name != split.name) continue;
        if (!is_there(shard.tar) || !is_there(shard.index)) {
          manifest_.complete = false;
          break;
        }
        split.written += shard.fragments;
        manifest_.shards.emplace_back(name, shard);
      }
    }
    const auto gone = [this](const auto& table) { return !is_there(table.second); };
    const std::string lost = [&] {
      const auto found = std::find_if(manifest_.tables.begin(), manifest_.tables.end(), gone);
      return found == manifest_.tables.end() ? std::string() : found->second.file;
    }();
    if (!lost.empty()) {
      throw Error(Errc::bad_input,
                  (options_.folder / lost).string() +
                      ": is missing or of another length than when it was written; start over "
                      "with --force");
    }
  }

  bool is_there(const StatedFile& file) const {
    std::error_code absent;
    return fs::file_size(options_.folder / file.file, absent) == file.bytes && !absent;
  }

  // Removes what a manifest states, and the manifest last: a removal that is interrupted can be repeated.
  void remove(const PackManifest& other) {
    for (const auto& [split, shard] : other.shards) {
      fs::remove(options_.folder / shard.tar.file);
      fs::remove(options_.folder / shard.index.file);
    }
    const PackPart part{other.part, other.recipe.parts};
    for (const PackedSplit& split : other.splits) {
      if (other.recipe.layout != PackLayout::imagefolder) break;
      fs::remove_all(options_.folder / image_folder_name(split.name, part));
      fs::remove_all(options_.folder / unfinished_folder_name(split.name, part));
    }
    for (const auto& [split, table] : other.tables) fs::remove(options_.folder / table.file);
    fs::remove(options_.folder / sums_name(other.part, other.recipe.parts));
    fs::remove(manifest_path());
  }

  // What a killed run left of a shard: named by a split and this part, so that running parts keep theirs.
  void remove_unfinished() {
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != kUnfinished) continue;
      for (const std::string& split : manifest_.recipe.splits) {
        const std::string stem =
            safe_file_name(split) + part_suffix(manifest_.part, manifest_.recipe.parts) + "-";
        if (entry.path().filename().string().substr(0, stem.size()) == stem) left.push_back(entry.path());
      }
    }
    for (const fs::path& path : left) fs::remove(path);
  }

  void write(std::uint64_t fragments) {
    Progress progress("pack", fragments, "fragments");
    PackJob job{options_, dataset_, manifest_, orders_, progress, [this] { save(); }};
    switch (options_.layout) {
      case PackLayout::webdataset:
        return pack_shards(job);
      case PackLayout::imagefolder:
        return pack_image_folder(job);
      case PackLayout::coordinates:
        return pack_coordinates(job);
    }
  }

  const PackOptions& options_;
  const DatasetFolder dataset_;
  const Sampler sampler_;
  std::map<std::string, PackOrder> orders_;
  PackManifest manifest_;
};

}  // namespace

StatedFile state_file(const fs::path& folder, const std::string& name) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  const FileReader file(folder / name);
  Sha256 sha;
  for (std::uint64_t at = 0; at < file.size(); at += kPiece)
    sha.update(file.read(at, std::min(kPiece, file.size() - at)));
  return {name, file.size(), sha.hex()};
}

void make_folders(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw Error(Errc::io, "create " + folder.string() + ": " + failure.message());
}

PackResult pack(const PackOptions& options) {
  check_options(options);
  try {
    return Packer(options).run();
  } catch (const fs::filesystem_error& error) {
    throw Error(Errc::io, std::string(error.what()));
  } catch (const Error& error) {
    if (error.code() != Errc::interrupted) throw;
    throw Error(Errc::interrupted, std::string(error.what()) + ": what is whole stays in " +
                                       options.folder.string() + ", and the same command goes on from there");
  }
}

}  // namespace frag
