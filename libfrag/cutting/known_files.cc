#include "libfrag/cutting/known_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * std::int64_t{1000000000} + time.tv_nsec;
}

// A source's name begins with its file's; a page or a box stands behind a '#'.
std::vector<std::string> possible_files(const std::string& name) {
  std::vector<std::string> files = {name};
  for (std::size_t at = name.find('#'); at != std::string::npos; at = name.find('#', at + 1))
    files.push_back(name.substr(0, at));
  return files;
}

// True where `rest`, what a source's name has behind its file's ("", "#2", "#0,0,64,64", "#2#0,0,64,64"), is
// what the entry speaks of.
bool speaks_of(const LabelledFile& entry, const std::string& rest) {
  std::string page, box, wanted;
  for (const std::string& part : split_text(rest, '#')) (part.find(',') == part.npos ? page : box) = part;
  if (entry.box) {
    wanted = std::to_string(entry.box->x) + "," + std::to_string(entry.box->y) + "," +
             std::to_string(entry.box->width) + "," + std::to_string(entry.box->height);
  }
  return box == wanted && (!entry.page || page.empty() || page == std::to_string(*entry.page));
}

}  // namespace

std::string KnownFiles::Found::text() const {
  return count_of(files, "image") + (files == 1 ? ", " : ", as ") + first;
}

KnownFiles::KnownFiles(const DatasetFolder& old, const Anonymiser* key)
    : old_(old), key_(key), present_(old.catalog().sources().size(), false) {
  struct stat status {};
  if (::stat((old.path() / kDatasetFile).c_str(), &status) == 0) written_ = nanoseconds(status.st_mtim);
  for (std::uint32_t i = 0; i < present_.size(); ++i) {
    for (std::string& file : possible_files(name_of(i))) sources_.emplace(std::move(file), i);
  }
}

std::string KnownFiles::name_of(std::uint32_t source) const {
  std::string name = old_.catalog().sources()[source].name;
  if (key_ == nullptr) return name;
  const auto known = key_->hidden().find(name);
  return known == key_->hidden().end() ? name : known->second;
}

void KnownFiles::compare(std::span<const LabelledFile> entries) {
  const std::string& name = entries.front().name;
  const auto [first, last] = sources_.equal_range(name);
  for (auto at = first; at != last; ++at) present_[at->second] = true;
  if (is_replaced(entries.front(), old_.catalog().sources()[first->second].file)) return replaced_.add(name);
  if (!std::all_of(entries.begin(), entries.end(),
                   [this](const auto& entry) { return has_labels_of(entry); }))
    labelled_.add(name);
}

// By its size, or where it was touched since, by its digest. A stripped dataset does not have the file.
bool KnownFiles::is_replaced(const LabelledFile& entry, const SourceFile& stored) const {
  struct stat status {};
  if (old_.catalog().stripped() || ::stat(entry.path.c_str(), &status) != 0) return false;
  if (static_cast<std::uint64_t>(status.st_size) != stored.bytes) return true;
  if (nanoseconds(status.st_ctim) <= written_) return false;
  if (::access(entry.path.c_str(), R_OK) != 0) return false;
  throw_if_stopped();
  const FileReader file(entry.path);
  return sha256_of(file, 0, file.size()) != stored.sha256;
}

bool KnownFiles::has_labels_of(const LabelledFile& entry) const {
  struct stat status {};
  if (!entry.labels.empty() && ::stat(entry.labels.c_str(), &status) == 0)
    return nanoseconds(status.st_mtim) <= written_;
  const Catalog& catalog = old_.catalog();
  const auto [first, last] = sources_.equal_range(entry.name);
  return std::any_of(first, last, [&](const auto& known) {
    if (!speaks_of(entry, name_of(known.second).substr(entry.name.size()))) return false;
    const Source source = catalog.sources()[known.second];
    const std::uint32_t number = source.kept.empty() ? source.class_number : source.kept.front().class_number;
    return entry.class_name.empty() || number == kNoClass || catalog.classes()[number] == entry.class_name;
  });
}

KnownFiles::Found KnownFiles::gone_from(const fs::path& images) const {
  Found gone;
  if (std::find(present_.begin(), present_.end(), true) == present_.end()) return gone;  // another folder
  for (std::uint32_t i = 0; i < present_.size(); ++i) {
    if (present_[i]) continue;
    const std::vector<std::string> files = possible_files(name_of(i));
    const bool there = std::any_of(files.begin(), files.end(),
                                   [&images](const std::string& file) { return fs::exists(images / file); });
    if (!there && files.back() != gone.first) gone.add(files.back());
  }
  return gone;
}

std::vector<std::string> KnownFiles::notes(const fs::path& images) const {
  static const std::string kWayOut = ", cut anew with the recipe and --force";
  std::vector<std::string> notes;
  if (replaced_.files > 0) {
    notes.push_back("changed since the dataset was cut: " + replaced_.text() +
                    "; the dataset keeps what it has; to take what is new" + kWayOut);
  }
  if (labelled_.files > 0) {
    notes.push_back("labelled otherwise than in the dataset: " + labelled_.text() +
                    "; images that are known already keep their labels; to take the new ones" + kWayOut);
  }
  const Found gone = gone_from(images);
  if (gone.files > 0) {
    notes.push_back("in the dataset and no longer in " + images.string() + ": " + gone.text() +
                    "; the dataset keeps what it has; to be rid of it" + kWayOut);
  }
  return notes;
}

}  // namespace frag
