#include "trainer/simulation/fleet.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <sstream>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag::trainer {
namespace {

// Its position is added to the seed, so that speeds and events draw from different streams.
constexpr std::uint64_t kSpeedStream = 0x5eed;

[[noreturn]] void bad_speeds(const std::string& text) {
  throw Error(Errc::usage, "--speeds \"" + text +
                               "\": write speeds above 0 as \"1*8, 0.2*2\", or \"lognormal:0.5\", or "
                               "\"uniform:0.2:1\"");
}

double speed_of(const std::string& word, const std::string& text) {
  const auto number = parse_number(trimmed(word));
  if (!number || !(*number > 0) || !std::isfinite(*number)) bad_speeds(text);
  return *number;
}

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.push_back(word);
  return words;
}

// "1*8, 0.2*2" as eight ones and two fifths.
std::vector<double> listed_speeds(const std::string& text) {
  std::vector<double> speeds;
  for (const std::string& entry : split_at(text, ',')) {
    const auto words = split_at(entry, '*');
    if (words.empty() || words.size() > 2) bad_speeds(text);
    const auto times = words.size() == 2 ? parse_integer(trimmed(words[1])) : std::optional<std::int64_t>(1);
    if (!times || *times < 1 || *times > 1'000'000) bad_speeds(text);
    speeds.insert(speeds.end(), static_cast<std::size_t>(*times), speed_of(words[0], text));
  }
  if (speeds.empty()) bad_speeds(text);
  return speeds;
}

// Box and Muller 1958.
double draw_normal(SplitMix64& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

}  // namespace

std::vector<double> draw_speeds(const FleetSettings& fleet) {
  SplitMix64 random(fleet.seed ^ kSpeedStream);
  const auto words = split_at(fleet.speeds, ':');
  std::vector<double> speeds(static_cast<std::size_t>(fleet.workers));
  if (words.size() == 2 && words[0] == "lognormal") {
    const double deviation = speed_of(words[1], fleet.speeds);
    for (double& speed : speeds) speed = std::exp(deviation * draw_normal(random));
  } else if (words.size() == 3 && words[0] == "uniform") {
    const double least = speed_of(words[1], fleet.speeds), most = speed_of(words[2], fleet.speeds);
    for (double& speed : speeds) speed = least + (most - least) * random.uniform();
  } else {
    const auto listed = listed_speeds(fleet.speeds);
    for (std::size_t w = 0; w < speeds.size(); ++w) speeds[w] = listed[w % listed.size()];
  }
  return speeds;
}

double draw_exponential(SplitMix64& random, double mean) {
  return -mean * std::log(1 - random.uniform());
}

}  // namespace frag::trainer
