// Class folders as Hugging Face and torchvision read them: SPLIT/CLASS/KEY.png and SPLIT/metadata.csv.
//
// A split grows in SPLIT.part and is renamed when it is whole. Syncing each of a million small files would
// take hours, so the file system is synced once a batch, and pack.json then says how far that was.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/fragment_stream.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/cutting/pack_layouts.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTable = "metadata.csv";
// Rows between two syncs of the file system: what a stop may cost.
constexpr std::uint64_t kSyncedRows = 16384;

// A file written from some length on, without syncing.
class PlainFile {
 public:
  PlainFile(fs::path path, std::uint64_t keep)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw_errno("create", path_);
    if (::ftruncate(fd_, static_cast<off_t>(keep)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
      const int failure = errno;
      ::close(fd_);
      errno = failure;
      throw_errno("truncate", path_);
    }
  }
  ~PlainFile() { ::close(fd_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  // Makes everything on this file's file system durable.
  void sync_all() {
    if (::syncfs(fd_) != 0) throw_errno("sync", path_);
  }

 private:
  const fs::path path_;
  const int fd_;
};

// One split's folder while it grows.
class GrowingFolder {
 public:
  GrowingFolder(PackJob& job, PackedSplit& split, const std::vector<std::string>& class_folders)
      : job_(job),
        split_(split),
        class_folders_(class_folders),
        folder_(job.options.folder / unfinished_folder_name(split.name, job.part())) {
    std::error_code absent;
    const std::uint64_t there = fs::file_size(folder_ / kTable, absent);
    if (absent || there < split.table_bytes) split_.written = split_.table_bytes = 0;
    for (const std::string& name : class_folders) make_folders(folder_ / name);
    table_ = std::make_unique<PlainFile>(folder_ / kTable, split_.table_bytes);
    if (split_.table_bytes == 0) append("file_name,xxh3," + fragment_columns() + "\n");
  }

  // Writes the file and makes its row, in any thread: files of one folder do not get in each other's way.
  EncodedFragment write_image(FragmentId id, const Image& pixels) const {
    const PackRecipe& recipe = job_.manifest.recipe;
    const Catalog& catalog = job_.dataset.catalog();
    const std::string picture = encode_pixels(pixels, recipe.format, recipe.quality);
    const std::string name =
        image_file_name(class_folders_[fragment_class(catalog, id)], sample_key(id), recipe.format);
    PlainFile(folder_ / name, 0).write(picture);
    EncodedFragment row;
    row.description =
        csv_field(name) + "," + xxh3_128_hex(picture) + "," + fragment_cells(catalog, id) + "\n";
    return row;
  }

  void append(const std::string& row) { rows_ += row; }

  // `done` fragments of the split are written: makes them durable, now and then and at the end.
  void checkpoint(std::uint64_t done) {
    if (done < split_.written + kSyncedRows && done < split_.fragments) return;
    table_->write(rows_);
    split_.table_bytes += rows_.size();
    rows_.clear();
    table_->sync_all();
    split_.written = done;
    job_.save();
  }

  void publish() {
    if (split_.fragments == 0) checkpoint(0);
    table_.reset();
    rename_durable(folder_, job_.options.folder / image_folder_name(split_.name, job_.part()));
  }

 private:
  PackJob& job_;
  PackedSplit& split_;
  const std::vector<std::string>& class_folders_;
  const fs::path folder_;
  std::unique_ptr<PlainFile> table_;
  std::string rows_;  // not yet in the table
};

bool is_stated(const PackJob& job, const std::string& split) {
  for (const auto& [name, table] : job.manifest.tables) {
    if (name == split) return true;
  }
  return false;
}

void state_table(PackJob& job, const std::string& split, const std::string& folder) {
  job.manifest.tables.emplace_back(split, state_file(job.options.folder, folder + "/" + kTable));
  job.save();
}

}  // namespace

std::string image_folder_name(const std::string& split, const PackPart& part) {
  const std::string prefix = part.count == 1 ? "" : "part" + part_suffix(part.number, part.count) + "/";
  return prefix + safe_file_name(split);
}

std::string unfinished_folder_name(const std::string& split, const PackPart& part) {
  return image_folder_name(split, part) + kUnfinished;
}

std::string image_file_name(const std::string& class_folder, const std::string& key, SampleFormat format) {
  return class_folder + "/" + key + "." + name_of(format);
}

void pack_image_folder(PackJob& job) {
  const std::vector<std::string> class_folders = safe_file_names(job.manifest.classes, "classes");
  for (PackedSplit& split : job.manifest.splits) {
    if (is_stated(job, split.name)) continue;
    const std::string name = image_folder_name(split.name, job.part());
    if (fs::exists(job.options.folder / name)) {
      // Renamed, and then stopped before the manifest said so.
      state_table(job, split.name, name);
      continue;
    }
    GrowingFolder folder(job, split, class_folders);
    FragmentStream<EncodedFragment> stream;
    stream.make = [&folder](const StreamPlace& at, const Image& pixels) {
      return folder.write_image(at.id, pixels);
    };
    stream.write = [&](EncodedFragment& row) {
      folder.append(row.description);
      job.progress.add(1);
    };
    stream.checkpoint = [&folder](std::uint64_t done) { folder.checkpoint(done); };
    stream_fragments(job.dataset, job.orders.at(split.name), split.written, job.options.memory_bytes, stream);
    folder.publish();
    state_table(job, split.name, name);
  }
}

}  // namespace frag
