// Ed25519 signatures of dataset.json: from its digest everything else in a dataset follows.
//
// Keys are PEM files as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them. Pure
// functions but for reading keys; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace frag {

// The signature's file beside dataset.json: 64 bytes as 128 hexadecimal digits and a newline.
inline constexpr const char* kSignatureFile = "dataset.json.sig";
inline constexpr std::uint64_t kSignatureFileBytes = 129;

// Signs `message` with the private key in `key`. Errc::not_found and Errc::bad_input for a key file that is
// not there or no Ed25519 key.
std::string sign(std::string_view message, const std::filesystem::path& key);

// Errc::refused where `signature`, a signature file's contents, is not of `message` by the key whose public
// half is in `public_key`; Errc::not_found and Errc::bad_input as sign().
void verify_signature(std::string_view message, std::string_view signature,
                      const std::filesystem::path& public_key);

// A new pair: writes the private key to `key`, readable by its owner alone, and the public one to KEY.pub.
// Errc::usage where either exists.
void make_key_pair(const std::filesystem::path& key);

}  // namespace frag
