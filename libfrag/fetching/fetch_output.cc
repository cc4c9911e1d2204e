#include "libfrag/fetching/fetch_output.h"

#include <fstream>
#include <iostream>
#include <optional>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/json.h"
#include "libfrag/cutting/pack_manifest.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

std::uint64_t tar_bytes_of(const EncodedFragment& fragment) {
  return tar_bytes(fragment.picture.size()) + tar_bytes(std::to_string(fragment.class_number).size()) +
         tar_bytes(fragment.description.size());
}

class TarOutput : public FetchOutput {
 public:
  TarOutput(const fs::path& path, const WantedSample& wanted)
      : path_(path), part_(path.string() + kUnfinished) {
    if (fs::exists(part_)) look_at_part(wanted);
    file_.emplace(part_, kept_);
  }

  std::uint64_t done() const override { return done_; }
  void add(const EncodedFragment& fragment) override { add_fragment(tar_, fragment); }
  void finish() override {
    tar_.finish();
    file_->close();
    rename_durable(part_, path_);
  }

 private:
  // How far the right fragments go.
  void look_at_part(const WantedSample& wanted) {
    const FileReader file(part_);
    std::uint64_t at = 0;
    SampleReader reader([&](char* buffer, std::size_t capacity) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, file.size() - at));
      file.read_into(at, buffer, count);
      at += count;
      return count;
    });
    try {
      while (done_ < wanted.list.size()) {
        const auto fragment = reader.next();
        if (!fragment || fragment->format != wanted.format) return;
        const bool right = fragment->key == wanted.key(done_) && wanted.problem(done_, *fragment).empty();
        if (!right) return;
        kept_ += tar_bytes_of(*fragment);
        ++done_;
      }
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;  // cut short: what came before counts
    }
  }

  const fs::path path_, part_;
  std::uint64_t done_ = 0, kept_ = 0;
  std::optional<FileWriter> file_;
  TarWriter tar_{[this](std::string_view bytes) { file_->write(bytes); }};
};

class StreamOutput : public FetchOutput {
 public:
  std::uint64_t done() const override { return 0; }
  void add(const EncodedFragment& fragment) override { add_fragment(tar_, fragment); }
  void finish() override {
    tar_.finish();
    if (!std::cout.flush()) throw_errno("write", "standard output");
  }

 private:
  TarWriter tar_{[](std::string_view bytes) {
    if (!std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw_errno("write", "standard output");
  }};
};

class FolderOutput : public FetchOutput {
 public:
  FolderOutput(const fs::path& folder, const WantedSample& wanted)
      : folder_(folder), lines_part_(folder / (std::string(kLines) + kUnfinished)) {
    class_folders_ = safe_file_names(wanted.classes, "classes");
    const std::string sample =
        Json{
            {"dataset", wanted.dataset}, {"sample", to_json(wanted.spec)}, {"format", name_of(wanted.format)}}
            .dump(1) +
        "\n";
    std::error_code absent;
    if (fs::exists(folder) && !fs::is_empty(folder, absent) &&
        (!fs::exists(folder / kSample) || read_file(folder / kSample) != sample)) {
      throw Error(Errc::usage, folder.string() + ": holds something else already; choose another folder");
    }
    for (const std::string& name : class_folders_) fs::create_directories(folder / name);
    write_file_atomic(folder / kSample, sample);
    if (fs::exists(folder / kLines)) fs::rename(folder / kLines, lines_part_);
    if (fs::exists(lines_part_)) look_at_lines();
    lines_.emplace(lines_part_, kept_);
  }

  std::uint64_t done() const override { return done_; }

  void add(const EncodedFragment& fragment) override {
    const std::string name =
        class_folders_.at(fragment.class_number) + "/" + fragment.key + "." + name_of(fragment.format);
    {
      FileWriter file(folder_ / name);
      file.write(fragment.picture);
      file.flush();
    }
    Json line = {{"file", name}, {"bytes", fragment.picture.size()}};
    line.update(parse_json(fragment.description, name));
    lines_->write(line.dump() + "\n");
  }

  void finish() override {
    lines_->close();
    rename_durable(lines_part_, folder_ / kLines);
  }

 private:
  static constexpr const char* kSample = "sample.json";
  static constexpr const char* kLines = "fragments.jsonl";

  // Lines whose files are there, up to the first that is not.
  void look_at_lines() {
    std::ifstream lines(lines_part_);
    std::string line;
    while (std::getline(lines, line) && !lines.eof()) {
      const Json json = parse_if_json(line);
      if (!json.is_object()) return;
      const fs::path file = folder_ / json_get<std::string>(json, "file", kLines);
      std::error_code absent;
      if (fs::file_size(file, absent) != json_get<std::uint64_t>(json, "bytes", kLines) || absent) return;
      kept_ += line.size() + 1;
      ++done_;
    }
  }

  const fs::path folder_, lines_part_;
  std::vector<std::string> class_folders_;
  std::uint64_t done_ = 0, kept_ = 0;
  std::optional<FileWriter> lines_;
};

}  // namespace

std::unique_ptr<FetchOutput> open_fetch_output(const std::string& name, const WantedSample& wanted) {
  if (name == "-") return std::make_unique<StreamOutput>();
  if (!name.empty() && (name.back() == '/' || fs::is_directory(name)))
    return std::make_unique<FolderOutput>(fs::path(name), wanted);
  if (fs::path(name).extension() == ".tar") return std::make_unique<TarOutput>(name, wanted);
  throw Error(Errc::usage, "-o " + name + ": give OUT.tar, or a folder as DIR/");
}

}  // namespace frag
