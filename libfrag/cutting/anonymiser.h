// Names and groups as salted hashes, and the file outside the dataset that says what they stand for.
//
// Belongs to one thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace frag {

class Anonymiser {
 public:
  // Goes on with the key file that is there, or starts with a salt of its own. Errc::bad_input where the file
  // is none.
  explicit Anonymiser(std::filesystem::path key_file);

  // "a" and the first sixteen hexadecimal digits of SHA-256(salt, text): equal texts give equal names.
  std::string hide(const std::string& text);
  // The names hidden so far, those of earlier cuts included.
  const std::map<std::string, std::string>& hidden() const { return text_of_; }

  // Writes the key file (CSV: anonymous, original), readable by its owner only.
  void save() const;

 private:
  std::filesystem::path key_file_;
  std::string salt_;
  std::map<std::string, std::string> text_of_;  // by anonymous name
};

}  // namespace frag
