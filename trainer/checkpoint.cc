#include "trainer/checkpoint.h"

#include "libfrag/base/file.h"

namespace frag::trainer {
namespace {

using rounds::TensorInfo;
using rounds::WeightsFile;

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kNetwork = "network.";
constexpr std::string_view kOptimiser = "optimiser.";

Json to_json(const TrainPosition& position) {
  return {{"epoch", position.epoch}, {"step", position.step},       {"fragments", position.fragments},
          {"loss", position.loss},   {"correct", position.correct}, {"seconds", position.seconds}};
}

TrainPosition position_from_json(const Json& json, const std::string& what) {
  const TrainPosition position{.epoch = json_get<std::int64_t>(json, "epoch", what),
                               .step = json_get<std::int64_t>(json, "step", what),
                               .fragments = json_get<std::int64_t>(json, "fragments", what),
                               .loss = json_get<double>(json, "loss", what),
                               .correct = json_get<std::int64_t>(json, "correct", what),
                               .seconds = json_get<double>(json, "seconds", what)};
  if (position.epoch < 0 || position.step < 0 || position.fragments < 0 || position.correct < 0) {
    throw Error(Errc::bad_input, what + ": its position lies before the start");
  }
  return position;
}

Json card_of(const Checkpoint& checkpoint) {
  Json history = Json::array();
  for (const HistoryLine& line : checkpoint.history) history.push_back(to_json(line));
  return {{"checkpoint", kFormat},
          {"card", checkpoint.network.layout.card},
          {"settings", checkpoint.settings},
          {"threads", checkpoint.threads},
          {"position", to_json(checkpoint.position)},
          {"history", std::move(history)}};
}

void add_tensors(std::vector<TensorInfo>& all, std::string_view prefix, const WeightsFile& file) {
  for (TensorInfo tensor : file.layout.tensors) {
    tensor.name = std::string(prefix) + tensor.name;
    all.push_back(std::move(tensor));
  }
}

// The tensors of that prefix, without it, as a file of their own.
WeightsFile part_of(const WeightsFile& whole, std::string_view prefix, const Json& card) {
  std::vector<TensorInfo> tensors;
  for (const TensorInfo& tensor : whole.layout.tensors) {
    if (!tensor.name.starts_with(prefix)) continue;
    tensors.push_back(tensor);
    tensors.back().name.erase(0, prefix.size());
  }
  std::string file = rounds::make_header(tensors, card);
  for (const TensorInfo& tensor : tensors) {
    file += rounds::tensor_bytes(whole, *whole.layout.find(std::string(prefix) + tensor.name));
  }
  return rounds::parse_weights(std::move(file));
}

Checkpoint checkpoint_of(const WeightsFile& whole, const std::string& what) {
  const Json& card = whole.layout.card;
  if (!card.is_object() || !card.contains("checkpoint")) {
    throw Error(Errc::bad_input, what + ": not a checkpoint");
  }
  const auto format = json_get<std::int64_t>(card, "checkpoint", what);
  if (format != kFormat) {
    throw Error(Errc::bad_input, what + ": a checkpoint of format " + std::to_string(format) +
                                     ", which this version does not read");
  }
  Checkpoint checkpoint{.network = part_of(whole, kNetwork, json_get<Json>(card, "card", what)),
                        .optimiser = part_of(whole, kOptimiser, nullptr),
                        .settings = json_get<Json>(card, "settings", what),
                        .threads = json_get<int>(card, "threads", what),
                        .position = position_from_json(json_get<Json>(card, "position", what), what),
                        .history = {}};
  if (!checkpoint.settings.is_object()) throw Error(Errc::bad_input, what + ": it holds no settings");
  for (const Json& line : json_get<Json>(card, "history", what)) {
    checkpoint.history.push_back(history_line_from_json(line, what));
  }
  if (checkpoint.history.size() != static_cast<std::uint64_t>(checkpoint.position.epoch)) {
    throw Error(Errc::bad_input, what + ": its history is not of as many epochs as it has done");
  }
  return checkpoint;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  std::vector<TensorInfo> tensors;
  add_tensors(tensors, kNetwork, checkpoint.network);
  add_tensors(tensors, kOptimiser, checkpoint.optimiser);
  AtomicFile file(path);
  file.write(rounds::make_header(tensors, card_of(checkpoint)));
  for (const TensorInfo& tensor : tensors) {
    const bool network = tensor.name.starts_with(kNetwork);
    const WeightsFile& from = network ? checkpoint.network : checkpoint.optimiser;
    const std::string name = tensor.name.substr((network ? kNetwork : kOptimiser).size());
    file.write(rounds::tensor_bytes(from, *from.layout.find(name)));
  }
  file.commit();
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  std::string bytes = read_file(path);
  WeightsFile whole;
  try {
    whole = rounds::parse_weights(std::move(bytes));
  } catch (const Error& error) {
    throw Error(error.code(), path.string() + ": cut short, or no checkpoint (" + error.what() + ")");
  }
  return checkpoint_of(whole, path.string());
}

std::string differences(const Json& then, const Json& now) {
  std::string text;
  const auto add = [&text](const std::string& key, const std::string& was, const std::string& is) {
    text += (text.empty() ? "" : "; ") + key + " was " + was + ", is " + is;
  };
  for (const auto& [key, value] : then.items()) {
    if (!now.contains(key)) {
      add(key, value.dump(), "not there");
    } else if (now.at(key) != value) {
      add(key, value.dump(), now.at(key).dump());
    }
  }
  for (const auto& [key, value] : now.items()) {
    if (!then.contains(key)) add(key, "not there", value.dump());
  }
  return text;
}

bool all_finite(const WeightsFile& file) {
  for (const TensorInfo& tensor : file.layout.tensors) {
    if (tensor.dtype == rounds::DType::f32 && rounds::first_not_finite(rounds::tensor_bytes(file, tensor))) {
      return false;
    }
  }
  return true;
}

}  // namespace frag::trainer
