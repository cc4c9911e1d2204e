#include "libfrag/cutting/verify.h"

#include <oneapi/tbb/parallel_for.h>

#include "libfrag/base/error.h"
#include "libfrag/base/progress.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/pack_layouts.h"
#include "libfrag/cutting/verify_checks.h"
#include "libfrag/dataset/layout.h"

namespace frag {

namespace fs = std::filesystem;

void Checks::run(VerifyReport& report) {
  Progress progress("verify", checks_.size(), "checks");
  std::vector<VerifyReport> parts(checks_.size());
  oneapi::tbb::parallel_for(std::size_t{0}, checks_.size(), [&](std::size_t i) {
    throw_if_stopped();
    checks_[i](parts[i]);
    progress.add(1);
  });
  for (VerifyReport& part : parts) {
    report.files += part.files;
    report.members += part.members;
    report.unfinished += part.unfinished;
    report.damage.insert(report.damage.end(), part.damage.begin(), part.damage.end());
    report.notes.insert(report.notes.end(), part.notes.begin(), part.notes.end());
  }
}

std::unique_ptr<FileReader> open_or_report(const fs::path& folder, const std::string& name,
                                           VerifyReport& report) {
  try {
    return std::make_unique<FileReader>(folder / name);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found && error.code() != Errc::bad_input) throw;
    report.damage.push_back({name, "", 0, 0, "is missing"});
    return nullptr;
  }
}

void check_stated(const fs::path& folder, const StatedFile& stated, VerifyReport& report) {
  if (!open_or_report(folder, stated.file, report)) return;
  ++report.files;
  const StatedFile there = state_file(folder, stated.file);
  if (stated.bytes != 0 && there.bytes != stated.bytes) {
    report.damage.push_back(
        {stated.file, "", std::min(there.bytes, stated.bytes), std::max(there.bytes, stated.bytes),
         std::to_string(there.bytes) + " bytes where " + std::to_string(stated.bytes) + " were written"});
  } else if (there.sha256 != stated.sha256) {
    report.damage.push_back({stated.file, "", 0, there.bytes,
                             "its SHA-256 is " + there.sha256 + " where " + stated.sha256 + " was written"});
  }
}

std::vector<StatedFile> parse_sums(const std::string& text, const std::string& name) {
  std::vector<StatedFile> files;
  for (const std::string& line : split_text(text, '\n')) {
    if (line.empty()) continue;
    constexpr std::size_t kDigits = 64;
    if (line.size() < kDigits + 3 || line.find_first_not_of("0123456789abcdef") != kDigits ||
        line.substr(kDigits, 2) != "  ") {
      throw Error(Errc::bad_input, name + ": \"" + line + "\" is not a digest and a file's name");
    }
    files.push_back({line.substr(kDigits + 2), 0, line.substr(0, kDigits)});
  }
  return files;
}

VerifyReport verify(const fs::path& place, PixelCheck pixels) {
  VerifyReport report;
  report.place = place.string();
  if (fs::is_regular_file(place)) {
    report.kind = "shard";
    verify_shard(place, pixels, report);
  } else if (fs::exists(place / kDatasetFile) || fs::exists(place / kSourcesFile)) {
    report.kind = "dataset";
    verify_dataset(place, pixels, report);
  } else if (fs::is_directory(place) && (fs::exists(place / kSumsFile) || !find_manifests(place).empty())) {
    report.kind = "pack";
    verify_pack(place, pixels, report);
  } else {
    throw Error(Errc::not_found,
                place.string() + ": neither a dataset (dataset.json) nor an export (pack.json) nor a shard");
  }
  return report;
}

Json to_json(const VerifyReport& report) {
  Json damage = Json::array();
  for (const Damage& one : report.damage) {
    damage.push_back({{"file", one.file},
                      {"member", one.member.empty() ? Json(nullptr) : Json(one.member)},
                      {"first", one.first},
                      {"end", one.end},
                      {"problem", one.problem}});
  }
  return {{"place", report.place}, {"kind", report.kind},       {"whole", report.whole()},
          {"files", report.files}, {"members", report.members}, {"damage", std::move(damage)},
          {"notes", report.notes}};
}

std::string to_line(const Damage& damage) {
  std::string line = damage.file;
  if (damage.end > damage.first) {
    line += ": bytes " + std::to_string(damage.first) + " to " + std::to_string(damage.end - 1);
  }
  if (!damage.member.empty()) line += " (" + damage.member + ")";
  return line + ": " + damage.problem;
}

}  // namespace frag
