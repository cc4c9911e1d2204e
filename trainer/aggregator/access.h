// Who may ask the aggregator for what: the join token it was started with, and the tokens in its file.
//
// A worker shows a token once, when it joins, and is given a session: the coordinator's token for it, bound
// to the one that it showed. A session is "TOKEN.NAME.TAG", where NAME is the shown token's (empty: the join
// token) and TAG is SHA-256(TOKEN ":" digest of the shown token). So nothing has to be kept of sessions, and
// they end when their token is revoked. Where nothing is asked for, a session is the coordinator's token.
//
// Any number of threads may ask.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/http/message.h"
#include "trainer/aggregator/token_file.h"

namespace frag::aggregator {

// HttpError 401 for what is no worker's token, or one that has ended.
http::HttpError no_session();

class Access {
 public:
  // An empty join token is none. Errors of read_tokens().
  Access(const std::string& join_token, std::filesystem::path file);

  // True where anybody may ask for anything.
  bool open();

  // HttpError 401 where the request shows no token, 403 where it shows one for none of `roles`.
  void require(const http::Request& request, Roles roles);
  // True where require(request, kAnyRole) would throw nothing.
  bool may_read(const http::Request& request);

  // The digest of the token that the request shows; empty where it shows none that holds, and where nothing
  // is asked for.
  std::string shown_digest(const http::Request& request);
  // Whether that is the digest of a token that holds.
  bool holds(const std::string& digest);

  // The session of a worker that joins with this request, which may.
  std::string session(const http::Request& request, const std::string& worker_token);
  // The coordinator's token of the session that the request shows. HttpError 401 where it is none, or its
  // token was revoked; 403 where that is for none of `roles`.
  std::string worker_token(const http::Request& request, Roles roles = kAnyRole);

  // Whom the request is counted for: a token or session that holds, else the address.
  std::string client_of(const http::Request& request);

 private:
  // What tells one state of the file from another.
  struct Version {
    ino_t inode = 0;
    std::int64_t changed_ns = 0;
    off_t bytes = -1;  // -1: there is no file
    bool operator==(const Version&) const = default;
  };

  Version version() const;
  void refresh();
  void know(std::vector<Token> tokens);
  std::optional<Token> find(const std::string& token);
  std::optional<Token> named(const std::string& name);

  const std::filesystem::path file_;
  const std::optional<Token> join_;  // has no name

  std::mutex mutex_;     // guards all below
  Version read_;         // of what the tokens below were read from
  std::string trouble_;  // why the file could not be read last, as it was said; empty where it could
  bool open_ = true;
  std::vector<Token> tokens_;         // the join token among them
  std::vector<std::string> digests_;  // theirs
};

}  // namespace frag::aggregator
