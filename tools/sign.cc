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

struct SignArguments {
  std::string dataset;
  std::string key;
  std::string new_key;
  std::string trust;
};

void run(const SignArguments& arguments) {
  const int asked = (arguments.key.empty() ? 0 : 1) + (arguments.new_key.empty() ? 0 : 1) +
                    (arguments.trust.empty() ? 0 : 1);
  if (asked != 1 || arguments.dataset.empty() != !arguments.new_key.empty()) {
    throw Error(
        Errc::usage,
        "give DATASET --key FILE to sign, DATASET --trust FILE.pub to check, or --new-key FILE to make keys");
  }
  if (!arguments.new_key.empty()) {
    make_key_pair(arguments.new_key);
    std::cout << arguments.new_key << ": the private key; keep it to yourself\n"
              << arguments.new_key << ".pub: the public one; give it to those who fetch\n";
    return;
  }
  const DatasetFolder folder(arguments.dataset);
  const auto file = folder.path() / kSignatureFile;
  if (!arguments.trust.empty()) {
    verify_signature(folder.dataset_json(), read_file(file), arguments.trust);
    std::cout << arguments.dataset << ": signed by the key in " << arguments.trust << "\n";
    return;
  }
  write_file_atomic(file, sign(folder.dataset_json(), arguments.key));
  std::cout << file.string() << ": signed " << folder.catalog().id() << "\n";
}

}  // namespace

void add_sign(CLI::App& program) {
  auto arguments = std::make_shared<SignArguments>();
  CLI::App* command =
      add_command(program, "sign", "Signs a dataset, so that those who fetch it can tell whose it is",
                  "frag sign --new-key lab.key && frag sign gels.frag --key lab.key && frag sign gels.frag "
                  "--trust lab.key.pub");
  command->add_option("dataset", arguments->dataset, "A dataset folder");
  command->add_option("--key", arguments->key, "The private key to sign with (PEM, Ed25519)");
  command->add_option("--trust", arguments->trust, "Check the signature against this public key instead");
  command->add_option("--new-key", arguments->new_key, "Make a pair of keys: FILE and FILE.pub");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
