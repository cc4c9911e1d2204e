#include "libfrag/cutting/cut.h"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/cutting/cut_report.h"
#include "libfrag/cutting/early_split.h"
#include "libfrag/cutting/existing.h"
#include "libfrag/cutting/journal.h"
#include "libfrag/cutting/resume.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/cutting/staging.h"
#include "libfrag/cutting/table_builder.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// The entries of one image file: it is opened once for all its pages and boxes.
using FileEntries = std::span<const LabelledFile>;

std::vector<FileEntries> by_file(const std::vector<LabelledFile>& files) {
  std::vector<FileEntries> jobs;
  for (std::size_t from = 0; from < files.size();) {
    std::size_t to = from + 1;
    while (to < files.size() && files[to].name == files[from].name) ++to;
    jobs.push_back(FileEntries(files).subspan(from, to - from));
    from = to;
  }
  return jobs;
}

class Cutter {
 public:
  Cutter(const CutOptions& options, const DatasetFolder* old)
      : options_(options),
        recipe_(old != nullptr ? old->catalog().recipe() : options.recipe),
        angles_(old != nullptr ? old->catalog().angles() : recipe_.make_angles()),
        scan_(scan_sources(options.images, recipe_.labels)),
        builder_(recipe_, angles_, options, old) {
    result_.notes = scan_.notes;
    for (const PassedOver& passed : scan_.passed) report_.add_left_out(passed.name, passed.text);
    for (const LeftOut& left : scan_.left_out) {
      report_.add_left_out(left.name, left.text);
      if (left.reason != LeftOutFor::unlisted) result_.skipped.push_back({left.name, left.text});
      const bool broken = left.reason == LeftOutFor::dead_link || left.reason == LeftOutFor::unreadable;
      if (broken && options.on_bad_image == OnBadImage::stop)
        throw Error(Errc::bad_input, left.name + ": " + left.text);
    }
    KnownFiles* known = builder_.known();
    for (const FileEntries& entries : by_file(scan_.files)) {
      if (known == nullptr || !known->has(entries.front().name)) {
        for (const LabelledFile& entry : entries) builder_.require_group(entry);
        jobs_.push_back(entries);
        continue;
      }
      ++result_.known;
      known->compare(entries);
      report_.add_known(entries.front().name);
    }
    if (known != nullptr) {
      for (std::string& note : known->notes(options.images)) result_.notes.push_back(std::move(note));
    } else {
      require_possible_split(scan_.files, recipe_);
      note(note_on_shares(recipe_.split));
    }
  }

  CutResult run(const DatasetFolder* old) {
    const auto target = old != nullptr                 ? Staging::Target::grown
                        : fs::exists(options_.dataset) ? Staging::Target::replaced
                                                       : Staging::Target::fresh;
    if (old != nullptr && jobs_.empty()) return unchanged(*old);
    Staging staging(options_.dataset, target);
    try {
      read_all(staging);
      if (old != nullptr && result_.added == 0) return unchanged(*old);
      finish(staging);
    } catch (const Error& error) {
      if (!staging.give_up(error.code())) throw;
      throw Error(error.code(), error.what() + ("; what is done stays in " + staging.folder().string()) +
                                    ", and the same command goes on with it");
    }
    return std::move(result_);
  }

 private:
  void note(const std::string& text) {
    if (!text.empty()) result_.notes.push_back(text);
  }

  CutResult unchanged(const DatasetFolder& old) {
    describe(old.catalog());
    report_.save(report_file_of(options_.dataset));
    return std::move(result_);
  }

  // What must be equal for an interrupted cut to be gone on with.
  Json title() const {
    return {{"journal", 1},
            {"recipe", to_json(recipe_)},
            {"images", fs::canonical(options_.images).string()},
            {"storage", static_cast<int>(options_.storage)},
            {"adds_to", builder_.parent()}};
  }

  // Takes over what an interrupted cut did, and does the rest.
  void read_all(Staging& staging) {
    JournalState done = accept_journal(staging, title(), jobs_, recipe_.labels, builder_.store_begin());
    JournalWriter journal(staging.journal(), title(), done);
    StoreWriter store(staging.folder(),
                      done.entries.empty() ? builder_.store_begin() : done.entries.back().store,
                      [&](const Shard& shard) {
                        journal.add(shard);
                        builder_.add(shard);
                      });
    for (const Shard& shard : done.shards) builder_.add(shard);
    for (JournalEntry& entry : done.entries) {
      require_good(entry.examined);
      take(std::move(entry.examined));
    }
    result_.resumed = done.entries.size();
    read_from(done.entries.size(), journal, store);
    store.finish();
  }

  // Decoding goes on in parallel, the store is written in the order of the names. What is in flight is a
  // window of consecutive files, so a ring of as many slots holds it; the pipeline itself would leak its
  // items on an error.
  void read_from(std::size_t next, JournalWriter& journal, StoreWriter& store) {
    namespace tbb = oneapi::tbb;
    Progress progress("cut", jobs_.size(), "images");
    progress.add(next);
    const ExamineSettings settings{recipe_, angles_, options_.storage, options_.whole_bytes};
    struct Slot {
      FileEntries entries;
      Examination examined;
    };
    std::vector<Slot> ring(static_cast<std::size_t>(tbb::info::default_concurrency()) * 2);
    const auto start = [&](tbb::flow_control& flow) -> Slot* {
      if (next == jobs_.size()) {
        flow.stop();
        return nullptr;
      }
      Slot& slot = ring[next % ring.size()];
      slot = {jobs_[next++], {}};
      return &slot;
    };
    const auto decode = [&](Slot* slot) {
      slot->examined = examine(slot->entries, settings);
      return slot;
    };
    const auto finish = [&](Slot* slot) {
      throw_if_stopped();
      require_good(slot->examined);
      put(slot->examined, slot->entries.front().path, store);
      journal.add({slot->examined, store.position()});
      take(std::move(slot->examined));
      progress.add(1);
    };
    using tbb::filter_mode;
    tbb::parallel_pipeline(ring.size(),
                           tbb::make_filter<void, Slot*>(filter_mode::serial_in_order, start) &
                               tbb::make_filter<Slot*, Slot*>(filter_mode::parallel, decode) &
                               tbb::make_filter<Slot*, void>(filter_mode::serial_in_order, finish));
  }

  void require_good(const Examination& examined) const {
    if (!examined.problems.empty() && options_.on_bad_image == OnBadImage::stop)
      throw Error(Errc::bad_input, examined.name + ": " + examined.problems.front());
  }

  // Stores what is to be stored of a file, and writes down where.
  void put(Examination& examined, const fs::path& path, StoreWriter& store) {
    std::vector<ExaminedSource>& sources = examined.sources;
    if (sources.empty()) return;
    if (options_.storage == Storage::in_place) {
      for (ExaminedSource& source : sources) {
        source.row.file.name = examined.name;
        source.row.file.shard = kNoShard;
      }
      return;
    }
    if (options_.storage == Storage::strip) {
      for (std::size_t i = 0; i < sources.size(); ++i) {
        store.add(examined.bodies[i], examined.extension, sources[i].row.file);
        result_.bytes += examined.bodies[i].size();
      }
    } else {
      SourceFile file = sources.front().row.file;
      examined.stored_from_path ? store.add_alone(path, examined.extension, file)
                                : store.add(examined.bodies.front(), examined.extension, file);
      result_.bytes += file.bytes;
      for (ExaminedSource& source : sources) source.row.file = file;
    }
    examined.bodies.clear();
    store.flush();
  }

  void take(Examination examined) {
    for (const std::string& problem : examined.problems) result_.skipped.push_back({examined.name, problem});
    report_.add(examined);
    result_.added += examined.sources.size();
    for (ExaminedSource& source : examined.sources) builder_.add(std::move(source));
  }

  void finish(Staging& staging) {
    if (result_.added == 0) {
      report_.save(report_file_of(options_.dataset));
      throw Error(Errc::bad_input, options_.images.string() + ": none of its " +
                                       std::to_string(jobs_.size()) + " images can be used; the first: " +
                                       result_.skipped.front().name + ": " + result_.skipped.front().reason);
    }
    Tables tables = build();
    const std::string id = staging.publish(tables);
    report_.save(report_file_of(options_.dataset));
    const Catalog catalog(id, std::move(tables));
    describe(catalog);
    const bool stated = std::any_of(scan_.files.begin(), scan_.files.end(),
                                    [](const LabelledFile& file) { return !!file.split; });
    if (!stated) note(note_on_sides(catalog));
  }

  // A class may lack groups because of what was left out.
  Tables build() {
    try {
      return builder_.finish();
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input || result_.skipped.empty()) throw;
      const SkippedImage& first = result_.skipped.front();
      throw Error(error.code(), error.what() + ("; " + std::to_string(result_.skipped.size())) +
                                    " left out before, as " + first.name + ": " + first.reason);
    }
  }

  void describe(const Catalog& catalog) {
    result_.id = catalog.id();
    result_.parent = catalog.parent();
    result_.anonymous = catalog.anonymous();
    result_.sources = catalog.sources().size();
    result_.fragments = catalog.kept();
    result_.left_out = catalog.fragments() - catalog.kept();
  }

  const CutOptions& options_;
  const Recipe recipe_;
  const std::vector<Angle> angles_;
  const SourceScan scan_;
  std::vector<FileEntries> jobs_;
  TableBuilder builder_;
  CutReport report_;
  CutResult result_;
};

}  // namespace

fs::path report_file_of(const fs::path& dataset) {
  return (dataset.has_filename() ? dataset : dataset.parent_path()).string() + ".report.csv";
}

fs::path key_file_of(const fs::path& dataset) {
  return (dataset.has_filename() ? dataset : dataset.parent_path()).string() + ".key.csv";
}

CutResult cut(const CutOptions& options) {
  options.recipe.validate();
  if (options.anonymous && options.storage == Storage::in_place) {
    throw Error(
        Errc::usage,
        "a dataset of files in place names them, so it cannot be anonymous; leave out one of the two");
  }
  const auto old = open_existing(options);
  if (old == nullptr) return Cutter(options, nullptr).run(nullptr);
  const CutOptions adopted = adopt(options, *old);
  return Cutter(adopted, old.get()).run(old.get());
}

}  // namespace frag
