// What is counted in a round: kept in its record, shown in its status, summed over a job.
#pragma once

#include <cstdint>

namespace frag::rounds {

struct RoundCounts {
  std::int64_t taken = 0;      // distinct parts whose result counts
  std::int64_t late = 0;       // results refused because this round had closed or their part was taken
  std::int64_t refused = 0;    // results refused for what they held
  std::int64_t reissued = 0;   // leases that died or outlived the deadline and were issued again
  std::int64_t repeated = 0;   // results sent again for a task that has one: answered, counted once
  std::int64_t foreign = 0;    // results refused because the task was another worker's
  std::int64_t extended = 0;   // times the deadline passed below the quorum
  std::uint64_t received = 0;  // bytes of results, those that do not count too
  std::uint64_t sent = 0;      // bytes of weights

  RoundCounts& operator+=(const RoundCounts& other);
  bool operator==(const RoundCounts&) const = default;
};

// All but the bytes, by the names that they have in messages.
struct RoundCountField {
  const char* name;
  std::int64_t RoundCounts::*member;
};
inline constexpr RoundCountField kRoundCounts[] = {
    {"taken", &RoundCounts::taken},       {"late", &RoundCounts::late},
    {"refused", &RoundCounts::refused},   {"reissued", &RoundCounts::reissued},
    {"repeated", &RoundCounts::repeated}, {"foreign", &RoundCounts::foreign},
    {"extended", &RoundCounts::extended},
};

inline RoundCounts& RoundCounts::operator+=(const RoundCounts& other) {
  for (const RoundCountField& field : kRoundCounts) this->*field.member += other.*field.member;
  received += other.received;
  sent += other.sent;
  return *this;
}

}  // namespace frag::rounds
