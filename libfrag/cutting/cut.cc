#include "libfrag/cutting/cut.h"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <map>
#include <memory>
#include <utility>

#include "libfrag/archive/tar.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/pixels.h"
#include "libfrag/dataset/tables.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// The folder a dataset grows in: gone with this object unless it was published.
class Staging {
 public:
  explicit Staging(const fs::path& target) : target_(target), folder_(target.string() + ".part") {
    fs::remove_all(folder_);  // what a killed run left
    try {
      fs::create_directories(folder_ / "store");
    } catch (const fs::filesystem_error& error) {
      throw Error(Errc::io, "create " + folder_.string() + ": " + error.code().message());
    }
  }
  ~Staging() {
    std::error_code ignored;
    if (!published_) fs::remove_all(folder_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const fs::path& folder() const { return folder_; }
  void publish() {
    sync_directory(folder_ / "store");
    sync_directory(folder_);
    rename_durable(folder_, target_);
    published_ = true;
  }

 private:
  fs::path target_, folder_;
  bool published_ = false;
};

// The store: original files into tars of about kShardBytes, each hashed as it is written.
class StoreWriter {
 public:
  explicit StoreWriter(fs::path folder) : folder_(std::move(folder)) {}

  // Fills in the row's file, shard and offset.
  void add(const std::string& bytes, const std::string& extension, Source& row) {
    if (!open_)
      open_ = std::make_unique<Open>(folder_ / shard_file(static_cast<std::uint32_t>(shards_.size())));
    row.file = stored_name(files_++, extension);
    row.shard = static_cast<std::uint32_t>(shards_.size());
    row.offset = open_->tar.add(row.file, bytes);
    if (open_->file.size() >= kShardBytes) seal();
  }
  std::vector<Shard> finish() {
    if (open_) seal();
    return std::move(shards_);
  }

 private:
  struct Open {
    explicit Open(const fs::path& path)
        : file(path), tar([this](std::string_view bytes) {
            file.write(bytes);
            sha.update(bytes);
          }) {}
    FileWriter file;
    Sha256 sha;
    TarWriter tar;
  };

  void seal() {
    open_->tar.finish();
    open_->file.close();
    shards_.push_back({open_->file.size(), open_->sha.hex()});
    open_.reset();
  }

  fs::path folder_;
  std::vector<Shard> shards_;
  std::unique_ptr<Open> open_;
  std::uint64_t files_ = 0;
};

// One image on its way through the pipeline.
struct Job {
  const LabelledFile* file = nullptr;
  std::string bytes;
  std::string extension;
  Source row;           // what decoding can say
  std::string problem;  // why the image cannot be used; empty where it can
};

const char* extension_of(std::string_view bytes) {
  switch (sniff_format(bytes).value_or(ImageFormat::tiff)) {
    case ImageFormat::jpeg:
      return ".jpg";
    case ImageFormat::png:
      return ".png";
    case ImageFormat::tiff:
      return ".tif";
  }
  return "";
}

// Reads and decodes one image. A bad image is data; only trouble with the disk throws.
void examine(Job& job, const Recipe& recipe, const std::vector<Angle>& angles) {
  job.bytes = read_file(job.file->path);
  try {
    const Image pixels = source_pixels(job.bytes, recipe);
    Source& row = job.row;
    row.width = pixels.width();
    row.height = pixels.height();
    row.channels = pixels.channels();
    row.pixels = pixel_digest(pixels);
    row.fragments = Tiling(row.width, row.height, angles, recipe.tiling()).tiles();
    if (row.fragments == 0) {
      throw Error(Errc::bad_input, std::to_string(row.width) + "x" + std::to_string(row.height) +
                                       " pixels hold no fragment of " + std::to_string(recipe.tile) +
                                       " pixels");
    }
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    job.problem = error.what();
    job.bytes.clear();
    return;
  }
  job.row.name = job.file->name;
  job.row.bytes = job.bytes.size();
  job.row.sha256 = sha256_hex(job.bytes);
  job.extension = extension_of(job.bytes);
}

// Class numbers follow the order of the names; a class whose images are all bad has none.
void name_classes(Tables& tables, const std::vector<std::string>& class_of_source) {
  std::map<std::string, std::uint32_t> numbers;
  for (const std::string& name : class_of_source) numbers.emplace(name, 0);
  for (auto& [name, number] : numbers) {
    number = static_cast<std::uint32_t>(tables.classes.size());
    tables.classes.push_back(name);
  }
  for (std::size_t i = 0; i < tables.sources.size(); ++i)
    tables.sources[i].class_number = numbers[class_of_source[i]];
}

class Cutter {
 public:
  explicit Cutter(const CutOptions& options)
      : options_(options), files_(scan_class_folders(options.images)), groups_(options.recipe.group) {
    tables_.recipe = options.recipe;
    tables_.angles = options.recipe.make_angles();
  }

  CutResult run() {
    const std::vector<SplitSide> sides = parse_split(options_.recipe.split);
    Staging staging(options_.dataset);
    StoreWriter store(staging.folder());
    read_all(store);
    tables_.shards = store.finish();
    if (tables_.sources.empty()) {
      throw Error(Errc::bad_input, options_.images.string() + ": none of its " +
                                       std::to_string(files_.size()) + " images can be used; the first: " +
                                       result_.skipped.front().name + ": " + result_.skipped.front().reason);
    }
    name_classes(tables_, class_of_source_);
    assign_splits(tables_, sides, options_.recipe.seed);
    number_fragments(tables_);
    write(staging);
    return std::move(result_);
  }

 private:
  // Decoding goes on in parallel, the store is written in the order of the names. What is in flight is a
  // window of consecutive files, so a ring of as many slots holds it; the pipeline itself would leak its
  // items on an error.
  void read_all(StoreWriter& store) {
    namespace tbb = oneapi::tbb;
    Progress progress("cut", files_.size(), "images");
    std::vector<Job> ring(static_cast<std::size_t>(tbb::info::default_concurrency()) * 2);
    std::size_t next = 0;
    const auto start = [&](tbb::flow_control& flow) -> Job* {
      if (next == files_.size()) {
        flow.stop();
        return nullptr;
      }
      Job& job = ring[next % ring.size()];
      job = Job{&files_[next++], {}, {}, {}, {}};
      return &job;
    };
    const auto decode = [&](Job* job) {
      examine(*job, options_.recipe, tables_.angles);
      return job;
    };
    const auto finish = [&](Job* job) {
      throw_if_stopped();
      take(*job, store);
      progress.add(1);
    };
    using tbb::filter_mode;
    tbb::parallel_pipeline(ring.size(),
                           tbb::make_filter<void, Job*>(filter_mode::serial_in_order, start) &
                               tbb::make_filter<Job*, Job*>(filter_mode::parallel, decode) &
                               tbb::make_filter<Job*, void>(filter_mode::serial_in_order, finish));
  }

  void take(Job& job, StoreWriter& store) {
    if (!job.problem.empty()) {
      if (options_.on_bad_image == OnBadImage::stop)
        throw Error(Errc::bad_input, job.file->name + ": " + job.problem);
      result_.skipped.push_back({job.file->name, job.problem});
      return;
    }
    job.row.group = groups_.group_of(job.row.name);
    store.add(job.bytes, job.extension, job.row);
    result_.bytes += job.row.bytes;
    class_of_source_.push_back(job.file->class_name);
    tables_.sources.push_back(std::move(job.row));
  }

  void write(Staging& staging) {
    const MetadataFiles files = encode(tables_);
    write_file_atomic(staging.folder() / kSourcesFile, files.sources_jsonl);
    write_file_atomic(staging.folder() / kDatasetFile, files.dataset_json);
    write_file_atomic(staging.folder() / kSumsFile, files.sha256sums);
    staging.publish();
    result_.id = sha256_hex(files.dataset_json);
    result_.sources = tables_.sources.size();
    for (const Source& source : tables_.sources) result_.fragments += source.fragments;
  }

  const CutOptions& options_;
  const std::vector<LabelledFile> files_;
  const GroupRule groups_;
  Tables tables_;
  std::vector<std::string> class_of_source_;
  CutResult result_;
};

}  // namespace

CutResult cut(const CutOptions& options) {
  options.recipe.validate();
  if (fs::exists(options.dataset)) {
    throw Error(Errc::usage,
                options.dataset.string() + ": exists already; choose another name, or remove it first");
  }
  return Cutter(options).run();
}

}  // namespace frag
