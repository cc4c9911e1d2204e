#include "trainer/sweeping/sweep_bag.h"

#include <algorithm>
#include <set>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"

namespace frag::trainer {
namespace {

namespace fs = std::filesystem;

constexpr char kRunPrefix[] = "run-";
constexpr std::size_t kNameDigits = 12;
constexpr std::uint64_t kRecordLimit = std::uint64_t{1} << 20;

// As run_name() makes them.
bool is_run_name(const std::string& name) {
  const std::string prefix = kRunPrefix;
  return name.starts_with(prefix) && name.size() == prefix.size() + kNameDigits &&
         name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos;
}

}  // namespace

std::string run_name(const Json& identity) {
  return kRunPrefix + sha256_hex(identity.dump()).substr(0, kNameDigits);
}

SweepBag::SweepBag(fs::path folder) : folder_(std::move(folder)), bag_(folder_ / "bag") {
  if (!fs::exists(folder_)) return;
  if (!fs::is_directory(folder_)) throw Error(Errc::usage, folder_.string() + " is not a folder");
  if (fs::is_empty(folder_) || fs::is_directory(bag_)) return;
  throw Error(Errc::usage, folder_.string() + " is not empty and holds no sweep; name another folder");
}

void SweepBag::make() const {
  std::error_code failure;
  fs::create_directories(bag_, failure);
  if (failure) throw Error(Errc::io, "create " + bag_.string() + ": " + failure.message());
}

fs::path SweepBag::table_path() const {
  return folder_ / "sweep.csv";
}

std::optional<FileLock> SweepBag::claim(const std::string& run) const {
  return FileLock::try_lock(bag_ / (run + ".lock"));
}

std::optional<SweepRecord> SweepBag::record(const std::string& run) const {
  const fs::path path = record_path(run);
  if (!fs::exists(path)) return std::nullopt;
  SweepRecord record =
      sweep_record_from_json(parse_json(read_file(path, kRecordLimit), path.string()), path.string());
  // A run that failed at once has left no folder.
  if (!record.failed() && !fs::is_directory(run_folder(run))) return std::nullopt;
  return record;
}

void SweepBag::keep(const std::string& run, const SweepRecord& record) const {
  write_file_atomic(record_path(run), to_json(record).dump(2) + "\n");
}

std::vector<std::string> SweepBag::others(const std::vector<std::string>& runs) const {
  std::set<std::string> found;
  for (const fs::path& place : {folder_, bag_}) {
    if (!fs::is_directory(place)) continue;
    for (const auto& entry : fs::directory_iterator(place)) {
      if (place == folder_ && !entry.is_directory()) continue;
      const bool record = entry.path().extension() == ".json";
      if (place == bag_ && !record) continue;
      const std::string name = (record ? entry.path().stem() : entry.path().filename()).string();
      if (is_run_name(name)) found.insert(name);
    }
  }
  for (const std::string& run : runs) found.erase(run);
  return {found.begin(), found.end()};
}

fs::path SweepBag::record_path(const std::string& run) const {
  return bag_ / (run + ".json");
}

fs::path SweepBag::table_lock() const {
  return bag_ / "table.lock";
}

void SweepBag::replace_table(const std::string& table) const {
  write_file_atomic(table_path(), table);
}

}  // namespace frag::trainer
