// frag sign: an Ed25519 signature over dataset.json, from whose digests everything else follows.
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/signature.h"
#include "libfrag/dataset/folder.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct Options {
  std::string dataset;
  std::string key;
  std::string new_key;
  std::string trust;
};

void run(const Options& options) {
  const int asked =
      (options.key.empty() ? 0 : 1) + (options.new_key.empty() ? 0 : 1) + (options.trust.empty() ? 0 : 1);
  if (asked != 1 || options.dataset.empty() != !options.new_key.empty()) {
    throw Error(
        Errc::usage,
        "give DATASET --key FILE to sign, DATASET --trust FILE.pub to check, or --new-key FILE to make keys");
  }
  if (!options.new_key.empty()) {
    make_key_pair(options.new_key);
    std::cout << options.new_key << ": the private key; keep it to yourself\n"
              << options.new_key << ".pub: the public one; give it to those who fetch\n";
    return;
  }
  const DatasetFolder folder(options.dataset);
  const auto file = folder.path() / kSignatureFile;
  if (!options.trust.empty()) {
    verify_signature(folder.dataset_json(), read_file(file), options.trust);
    std::cout << options.dataset << ": signed by the key in " << options.trust << "\n";
    return;
  }
  write_file_atomic(file, sign(folder.dataset_json(), options.key));
  std::cout << file.string() << ": signed " << folder.catalog().id() << "\n";
}

}  // namespace

void add_sign(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(program, "sign", "Signs a dataset, so that those who fetch it can tell whose it is",
                  "frag sign --new-key lab.key && frag sign gels.frag --key lab.key && frag sign gels.frag "
                  "--trust lab.key.pub");
  command->add_option("dataset", options->dataset, "A dataset folder");
  command->add_option("--key", options->key, "The private key to sign with (PEM, Ed25519)");
  command->add_option("--trust", options->trust, "Check the signature against this public key instead");
  command->add_option("--new-key", options->new_key, "Make a pair of keys: FILE and FILE.pub");
  command->callback([options] { run(*options); });
}

}  // namespace frag
