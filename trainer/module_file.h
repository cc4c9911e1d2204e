// A TorchScript module in a file, which is a model too: `--model path/to/network.pt`.
#pragma once

#include <filesystem>
#include <string>

namespace frag::trainer {

// The name in cards of all such models; the card's module_sha256 says which.
inline constexpr char kTorchScript[] = "torchscript";

struct ModuleFile {
  std::string name;  // as messages call it
  std::string bytes;
  std::string sha256;  // 64 hexadecimal digits
};

// Whether a model's name means a file: it has a slash, or ends in ".pt".
bool names_module_file(const std::string& model);

// Errc::not_found where there is none. What is in it is looked at when a Network is made.
ModuleFile read_module_file(const std::filesystem::path& path);

}  // namespace frag::trainer
