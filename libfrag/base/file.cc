#include "libfrag/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "libfrag/base/error.h"

namespace frag {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
// A piece from which on copying it to a larger one costs more than the system call.
constexpr std::size_t kUncopiedBytes = std::size_t{128} << 10;

int open_for_reading(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    throw Error(Errc::not_found, path.string() + ": no such file");
  }
  if (fd < 0) throw_errno("open", path);
  return fd;
}

std::uint64_t size_of(int fd, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("stat", path);
  if (!S_ISREG(status.st_mode)) throw Error(Errc::bad_input, path.string() + ": not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

// /dev/stdout leads to whatever the program's output is, even to a regular file (`-o /dev/stdout >
// table.csv`); a rename would put a file in the place of the link itself.
bool names_open_file(const std::filesystem::path& path) {
  const std::string name = path.lexically_normal().string();
  return name.starts_with("/dev/std") || name.starts_with("/dev/fd/") || name.starts_with("/proc/");
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const FileReader reader(path);
  if (reader.size() > limit) {
    throw Error(Errc::bad_input, path.string() + ": " + std::to_string(reader.size()) +
                                     " bytes, more than the limit of " + std::to_string(limit));
  }
  return reader.read(0, reader.size());
}

void write_file_atomic(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void sync_directory(const std::filesystem::path& directory) {
  const std::filesystem::path target = directory.empty() ? "." : directory;
  const int fd = ::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_errno("open", target);
  const int result = ::fsync(fd);
  ::close(fd);
  if (result != 0) throw_errno("sync", target);
}

void rename_durable(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename to", to);
  sync_directory(to.parent_path());
}

FileWriter::FileWriter(const std::filesystem::path& path, std::uint64_t keep)
    : path_(path),
      fd_(::open(path.c_str(), O_WRONLY | O_CREAT | (keep == 0 ? O_TRUNC : 0) | O_CLOEXEC, 0644)),
      size_(keep),
      written_back_(keep) {
  if (fd_ < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    throw Error(Errc::not_found, path_.parent_path().string() +
                                     ": no such folder to write to; make it first, or choose another");
  }
  if (fd_ < 0) throw_errno("create", path_);
  const auto end = static_cast<off_t>(keep);
  if (keep > 0 && (::ftruncate(fd_, end) != 0 || ::lseek(fd_, end, SEEK_SET) != end)) {
    ::close(fd_);
    throw_errno("go on with", path_);
  }
  buffer_.reserve(kBufferBytes);
}

FileWriter::~FileWriter() {
  if (fd_ >= 0) ::close(fd_);
}

void FileWriter::write(std::string_view bytes) {
  size_ += bytes.size();
  const bool uncopied = bytes.size() >= kUncopiedBytes;
  if (!buffer_.empty() && (uncopied || buffer_.size() + bytes.size() > kBufferBytes)) flush();
  if (uncopied) return write_through(bytes);
  buffer_.append(bytes);
}

void FileWriter::flush() {
  write_through(buffer_);
  buffer_.clear();
}

void FileWriter::write_through(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  start_writeback();
}

void FileWriter::resize(std::uint64_t size) {
  flush();
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) throw_errno("resize", path_);
  size_ = written_back_ = size;
}

void FileWriter::write_at(std::uint64_t offset, std::string_view bytes) const {
  const std::uint64_t start = offset;
  while (offset - start < bytes.size()) {
    const std::string_view rest = bytes.substr(offset - start);
    const ssize_t written = ::pwrite(fd_, rest.data(), rest.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write", path_);
    offset += static_cast<std::uint64_t>(written);
  }
}

// A large file goes to the disk while it is made, not all at once in close(). Only a hint: what fails here
// fails there, too.
void FileWriter::start_writeback() {
  constexpr std::uint64_t kPiece = std::uint64_t{8} << 20;
  if (size_ - written_back_ < kPiece) return;
  ::sync_file_range(fd_, static_cast<off_t>(written_back_), static_cast<off_t>(size_ - written_back_),
                    SYNC_FILE_RANGE_WRITE);
  written_back_ = size_;
}

void FileWriter::close() {
  flush();
  // A pipe or a terminal cannot be synced, and need not be.
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) throw_errno("sync", path_);
  if (::close(std::exchange(fd_, -1)) != 0) throw_errno("close", path_);
}

AtomicFile::AtomicFile(const std::filesystem::path& path)
    : path_(path),
      in_place_(std::filesystem::exists(path) &&
                (!std::filesystem::is_regular_file(path) || names_open_file(path))),
      temporary_(in_place_ ? path.string() : path.string() + kUnfinished),
      writer_(temporary_) {}

AtomicFile::~AtomicFile() {
  if (!committed_ && !in_place_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  writer_.close();
  if (!in_place_) rename_durable(temporary_, path_);
  committed_ = true;
}

FileReader::FileReader(const std::filesystem::path& path) : path_(path), fd_(open_for_reading(path)) {
  try {
    size_ = size_of(fd_, path_);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FileReader::~FileReader() {
  ::close(fd_);
}

std::string FileReader::read(std::uint64_t offset, std::uint64_t count) const {
  if (offset > size_ || count > size_ - offset) {
    throw Error(Errc::bad_input, path_.string() + ": ends at byte " + std::to_string(size_) +
                                     ", before byte " + std::to_string(offset + count));
  }
  std::string bytes(count, '\0');
  read_into(offset, bytes.data(), count);
  return bytes;
}

void FileReader::read_into(std::uint64_t offset, char* buffer, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(fd_, buffer + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path_);
    if (got == 0) throw Error(Errc::bad_input, path_.string() + ": became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace frag
