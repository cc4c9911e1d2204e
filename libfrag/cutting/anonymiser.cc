#include "libfrag/cutting/anonymiser.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/csv.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

// An empty file that its owner alone may read; whoever writes it again keeps these rights.
void create_private(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || ::fchmod(file, 0600) != 0) throw_errno("create", path);
  ::close(file);
}

constexpr const char* kHeader = "anonymous";
constexpr const char* kSaltRow = "salt";
constexpr std::size_t kSaltBytes = 32;

}  // namespace

Anonymiser::Anonymiser(fs::path key_file) : key_file_(std::move(key_file)) {
  if (!fs::exists(key_file_)) {
    salt_ = random_hex(kSaltBytes);
    return;
  }
  read_csv(read_file(key_file_), key_file_.string(), [this](const CsvRow& row) {
    if (row.fields.size() != 2 || row.fields[0] == kHeader) return;
    if (row.fields[0] == kSaltRow) {
      salt_ = row.fields[1];
    } else {
      text_of_[row.fields[0]] = row.fields[1];
    }
  });
  if (salt_.size() != 2 * kSaltBytes)
    throw Error(Errc::bad_input, key_file_.string() + ": no key of an anonymous dataset (it has no salt)");
}

std::string Anonymiser::hide(const std::string& text) {
  const std::string name = "a" + sha256_hex(salt_ + "\n" + text).substr(0, 16);
  text_of_[name] = text;
  return name;
}

void Anonymiser::save() const {
  std::string csv = std::string(kHeader) + ",original\n" + kSaltRow + "," + salt_ + "\n";
  for (const auto& [name, text] : text_of_) csv += name + "," + csv_field(text) + "\n";
  const fs::path temporary = key_file_.string() + kUnfinished;
  create_private(temporary);
  FileWriter file(temporary);
  file.write(csv);
  file.close();
  rename_durable(temporary, key_file_);
}

}  // namespace frag
