#include "tools/mirror_options.h"

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag {

MirrorsOptions MirrorPlaces::options() const {
  MirrorsOptions options;
  options.dataset = dataset;
  options.trust = trust;
  options.client.stall_timeout = std::chrono::seconds(stall_seconds);
  if (token_file.empty()) return options;
  std::string token = read_file(token_file);
  token.erase(std::min(token.find_first_of(" \t\r\n"), token.size()));
  if (token.empty()) throw Error(Errc::bad_input, token_file + ": holds no token in its first line");
  options.client.bearer_token = token;
  return options;
}

void add_mirror_options(CLI::App& command, MirrorPlaces& places) {
  command
      .add_option("mirrors", places.urls,
                  "Addresses of mirrors: a fragd, or a folder with the dataset on any HTTP or FTP server")
      ->required();
  command.add_option("--dataset", places.dataset, "The dataset's id; mirrors of another one are passed over");
  command.add_option("--trust", places.trust,
                     "Take only a dataset that the owner of this public key has signed (frag sign)");
  command.add_option("--token", places.token_file, "A file with the token that the mirrors ask for");
  command
      .add_option("--stall", places.stall_seconds, "Leave a mirror that says nothing for so long, in seconds")
      ->check(CLI::Range(1, 3600));
}

}  // namespace frag
