#include "trainer/module_file.h"

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag::trainer {

bool names_module_file(const std::string& model) {
  return model.find('/') != std::string::npos || model.ends_with(".pt");
}

ModuleFile read_module_file(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(Errc::not_found, path.string() + ": no such TorchScript file");
  }
  std::string bytes = read_file(path);
  std::string sha256 = sha256_hex(bytes);
  return {.name = path.string(), .bytes = std::move(bytes), .sha256 = std::move(sha256)};
}

}  // namespace frag::trainer
