// Files that are whole or absent: checked reads, atomic writes, every failed call an Error that names the
// path.
//
// Objects belong to one thread, except FileReader, which any number of threads may read from, and write_at().
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace frag {

// The whole of a regular file. Errc::not_found, Errc::io, or Errc::bad_input where it holds more than `limit`
// bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 40);

// Replaces `path` by `bytes` in one step: after a crash at any instant it is the old file or the new one.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

// Makes the directory's own entries durable (a rename is not, before this).
void sync_directory(const std::filesystem::path& directory);

// Renames and makes the rename durable.
void rename_durable(const std::filesystem::path& from, const std::filesystem::path& to);

// A file being written. Small pieces are buffered; nothing is durable before close().
class FileWriter {
 public:
  // Starts the file, or goes on behind its first `keep` bytes and drops what follows them.
  explicit FileWriter(const std::filesystem::path& path, std::uint64_t keep = 0);
  // Closes without syncing; whoever lets an unfinished writer go has given up on the file.
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::string_view bytes);
  // Bytes of the file so far, those kept included.
  std::uint64_t size() const { return size_; }
  // Makes the file `size` bytes long, with zeros where nothing was written, for write_at(); nothing more is
  // write()n then.
  void resize(std::uint64_t size);
  // Writes at a place of its own, unbuffered; several threads may, each elsewhere.
  void write_at(std::uint64_t offset, std::string_view bytes) const;
  // Gives the system what is buffered: a killed process does not lose it, a power cut may.
  void flush();
  // Flushes, syncs and closes; the first failure throws.
  void close();

 private:
  void write_through(std::string_view bytes);
  void start_writeback();

  std::filesystem::path path_;
  int fd_;
  std::uint64_t size_ = 0;
  std::uint64_t written_back_ = 0;  // up to here the system was told to start
  std::string buffer_;
};

// What a name ends with while what it names is not finished.
inline constexpr const char* kUnfinished = ".part";

// A file under a temporary name beside its own ("NAME.part") until commit(); without commit() it is removed.
// A pipe or a device is written in place instead, and so is /dev/stdout, whatever it leads to: nothing may be
// renamed over them.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes) { writer_.write(bytes); }
  void resize(std::uint64_t size) { writer_.resize(size); }
  void write_at(std::uint64_t offset, std::string_view bytes) const { writer_.write_at(offset, bytes); }
  std::uint64_t size() const { return writer_.size(); }
  void commit();

 private:
  std::filesystem::path path_;
  bool in_place_;
  std::filesystem::path temporary_;
  FileWriter writer_;
  bool committed_ = false;
};

// A file read at any offset, by any thread.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  std::uint64_t size() const { return size_; }
  // Exactly `count` bytes from `offset`; Errc::bad_input where the file ends before.
  std::string read(std::uint64_t offset, std::uint64_t count) const;
  // The same into `buffer`.
  void read_into(std::uint64_t offset, char* buffer, std::size_t count) const;

 private:
  std::filesystem::path path_;
  int fd_;
  std::uint64_t size_ = 0;
};

}  // namespace frag
