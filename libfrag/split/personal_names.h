// Names that may point at a person: what a dataset should not publish unawares. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frag {

// Why `text`, a group's name or a file's path, looks as if it named a person or a patient; nullopt where it
// does not. A hint for a reader, not a proof: it looks for
//   "a patient's number"   patient, subject, pat, mrn, pid, dob, born or ssn as a word, digits behind it
//   "a date"               1987-03-14, 14.03.1987, 19870314, 1900 to 2099
//   "a long number"        7 to 12 digits in a row that are neither a date nor a counter with leading zeros
//   "a person's name"      a last part of two capitalised words and nothing else but digits: Meyer_Anna,
//                          "Meyer, Anna", Anna.Meyer-2; not where one of the words is a laboratory's own
// The extension is left out, and letters beyond ASCII count as lower-case ones.
std::optional<std::string> personal_hint(std::string_view text);

}  // namespace frag
