#include "libfrag/archive/tar.h"

#include <archive.h>
#include <archive_entry.h>

#include <exception>
#include <utility>
#include <vector>

#include "libfrag/base/error.h"

namespace frag {
namespace {

// What a callback threw waits here while libarchive's own frames unwind.
class Carried {
 public:
  // work()'s result, or `instead` where it threw now or something was thrown before.
  template <class Work>
  la_ssize_t run(la_ssize_t instead, Work work) {
    if (error_) return instead;
    try {
      return work();
    } catch (...) {
      error_ = std::current_exception();
      return instead;
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

struct EntryDeleter {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

}  // namespace

struct TarWriter::Impl {
  ByteSink sink;
  archive* tar = archive_write_new();
  std::unique_ptr<archive_entry, EntryDeleter> entry{archive_entry_new()};
  Carried carried;
  std::uint64_t written = 0;

  ~Impl() {
    sink = [](std::string_view) {};  // freeing writes the end of the archive, which nobody asked for
    archive_write_free(tar);
  }

  // A sink that threw is not called again, and libarchive is told that all is well: it leaks what it holds
  // when a write fails. require() throws what the sink threw.
  static la_ssize_t on_write(archive*, void* user, const void* data, std::size_t size) {
    auto* self = static_cast<Impl*>(user);
    return self->carried.run(static_cast<la_ssize_t>(size), [&] {
      self->sink({static_cast<const char*>(data), size});
      self->written += size;
      return static_cast<la_ssize_t>(size);
    });
  }

  void require(la_ssize_t result, const std::string& name) {
    carried.rethrow();
    if (result < 0) throw Error(Errc::internal, "tar member " + name + ": " + archive_error_string(tar));
  }
};

TarWriter::TarWriter(ByteSink sink) : impl_(std::make_unique<Impl>()) {
  impl_->sink = std::move(sink);
  archive_write_set_format_ustar(impl_->tar);
  archive_write_set_bytes_per_block(impl_->tar, 0);
  archive_write_set_bytes_in_last_block(impl_->tar, 1);
  impl_->require(archive_write_open(impl_->tar, impl_.get(), nullptr, Impl::on_write, nullptr), "(open)");
}

TarWriter::~TarWriter() = default;

std::uint64_t TarWriter::add(const std::string& name, std::string_view data) {
  if (name.empty() || name.size() > 100)
    throw Error(Errc::internal, "tar member name of " + std::to_string(name.size()) + " bytes");
  archive_entry* entry = archive_entry_clear(impl_->entry.get());
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_mtime(entry, 0, 0);
  archive_entry_set_size(entry, static_cast<la_int64_t>(data.size()));
  impl_->require(archive_write_header(impl_->tar, entry), name);
  const std::uint64_t offset = impl_->written;
  impl_->require(archive_write_data(impl_->tar, data.data(), data.size()), name);
  impl_->require(archive_write_finish_entry(impl_->tar), name);
  return offset;
}

void TarWriter::finish() {
  impl_->require(archive_write_close(impl_->tar), "(end)");
}

std::uint64_t TarWriter::size() const {
  return impl_->written;
}

struct TarReader::Impl {
  ByteSource source;
  std::uint64_t member_limit = 0;
  archive* tar = archive_read_new();
  std::vector<char> buffer = std::vector<char>(std::size_t{1} << 18);
  Carried carried;
  bool opened = false;

  ~Impl() { archive_read_free(tar); }

  static la_ssize_t on_read(archive*, void* user, const void** data) {
    auto* self = static_cast<Impl*>(user);
    *data = self->buffer.data();
    return self->carried.run(
        -1, [&] { return static_cast<la_ssize_t>(self->source(self->buffer.data(), self->buffer.size())); });
  }

  void require(la_ssize_t result) {
    carried.rethrow();
    if (result < ARCHIVE_OK) {
      const char* why = archive_error_string(tar);
      throw Error(Errc::bad_input,
                  std::string("not a whole tar archive: ") + (why == nullptr ? "cut short" : why));
    }
  }
};

TarReader::TarReader(ByteSource source, std::uint64_t member_limit) : impl_(std::make_unique<Impl>()) {
  impl_->source = std::move(source);
  impl_->member_limit = member_limit;
  archive_read_support_format_tar(impl_->tar);
}

TarReader::~TarReader() = default;

std::optional<TarMember> TarReader::next() {
  if (!std::exchange(impl_->opened, true)) {
    impl_->require(archive_read_open(impl_->tar, impl_.get(), nullptr, Impl::on_read, nullptr));
  }
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(impl_->tar, &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  // Warned of is a name that is no word of this locale, and it comes as the bytes that it is.
  if (result != ARCHIVE_WARN) impl_->require(result);
  const auto size = static_cast<std::uint64_t>(archive_entry_size(entry));
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || size > impl_->member_limit) {
    throw Error(Errc::bad_input, "a tar member of " + std::to_string(size) +
                                     " bytes, more than the limit of " + std::to_string(impl_->member_limit));
  }
  if (archive_entry_sparse_count(entry) > 0)
    throw Error(Errc::bad_input, std::string("the tar member ") + name + " is sparse; store it whole");
  // What the format has taken so far are all headers of the member, extended ones included.
  const auto offset = static_cast<std::uint64_t>(archive_filter_bytes(impl_->tar, 0));
  TarMember member{name, std::string(size, '\0'), offset};
  std::size_t done = 0;
  while (done < size) {
    const la_ssize_t got = archive_read_data(impl_->tar, member.data.data() + done, size - done);
    impl_->require(got);
    if (got == 0)
      throw Error(Errc::bad_input, "not a whole tar archive: member " + member.name + " is cut short");
    done += static_cast<std::size_t>(got);
  }
  return member;
}

}  // namespace frag
