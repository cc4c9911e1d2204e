// A request's body on its way to disk: hashed as it comes, synced, and gone again unless it is moved to its
// place. It keeps its place among the uploads under way as long as it exists, so that what is checked of it
// is bounded too. One that breaks off is kept for its sender to go on with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "libfrag/http/message.h"
#include "trainer/aggregator/incoming.h"

namespace frag {
class FileWriter;
}

namespace frag::aggregator {

class Upload {
 public:
  // Reads the body, the whole file or what Content-Range says of it, and syncs the file once it is whole.
  // `name` is what a broken upload is kept under.
  // HttpError 413 where the file is longer than `limit` bytes, 409 with Upload-Offset where a piece does not
  // begin where the kept part ends, 416 for a Content-Range that is none; what Incoming::enter() throws;
  // Errc::io where it cannot be stored. A body that breaks off throws what it threw. Only then a file stays.
  Upload(const http::Request& request, Incoming& incoming, std::string name, std::uint64_t limit);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // False where the request held a piece and more are to come; it is kept then, and only bytes() is known.
  bool whole() const { return whole_; }
  const std::filesystem::path& path() const { return part_.path; }
  const std::string& digest() const { return digest_; }
  std::uint64_t bytes() const { return part_.bytes; }

  // Renames it to `place`, durably.
  void move_to(const std::filesystem::path& place);

 private:
  // Where the body belongs in its file; all zero where it is the file.
  struct Piece {
    std::uint64_t first = 0;
    std::uint64_t end = 0;  // behind its last byte
    std::uint64_t total = 0;
  };
  static Piece piece_of(const http::Request& request, std::uint64_t limit);

  void receive(const http::Request& request, std::uint64_t limit);
  std::size_t read(const http::Request& request, FileWriter& file);
  void keep();

  Incoming& incoming_;
  const std::string name_;
  std::unique_ptr<Incoming::Place> place_;
  Incoming::Part part_;
  std::string buffer_;
  std::string digest_;
  bool whole_ = true;
  bool ours_ = true;  // the file is to be removed
};

}  // namespace frag::aggregator
