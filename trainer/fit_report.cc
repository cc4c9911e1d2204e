#include "trainer/fit_report.h"

#include <cstdio>

#include "libfrag/base/text.h"

namespace frag::trainer {

std::string describe(const TrainPosition& position) {
  const std::string epochs = count_of(static_cast<std::uint64_t>(position.epoch), "epoch");
  if (position.step == 0) return epochs;
  return epochs + " and " + count_of(static_cast<std::uint64_t>(position.step), "step");
}

void print_start(const Network& network, std::uint64_t count) {
  const ModelCard& card = network.card();
  std::printf("%s: %s parameters, %s fragments an epoch, %zu classes, dataset %s\n", card.model.c_str(),
              format_count(static_cast<std::uint64_t>(network.parameters())).c_str(),
              format_count(count).c_str(), card.classes.size(), card.dataset.substr(0, 12).c_str());
}

void print_line(const HistoryLine& line, std::int64_t epochs) {
  std::string val;
  if (line.val_accuracy >= 0) {
    val = "  val " + format_fixed(line.val_accuracy, 3) + ", loss " + format_fixed(line.val_loss, 4);
  }
  std::printf("epoch %lld/%lld  loss %.4f  accuracy %.3f%s  %.0f images/s  %s\n",
              static_cast<long long>(line.epoch), static_cast<long long>(epochs), line.loss,
              line.train_accuracy, val.c_str(), line.images_per_second, format_seconds(line.seconds).c_str());
}

void print_left_out(const LeftOut& left_out) {
  if (left_out.fragments == 0) return;
  std::fprintf(stderr, "fragtrain: note: %s damaged and left out: %s%s\n",
               count_of(left_out.fragments, "fragment").c_str(), join(left_out.reasons, "; ").c_str(),
               left_out.fragments > left_out.reasons.size() ? "; ..." : "");
}

void print_end(const RunFolder& folder, const History& history, Watch watch, const std::string& stopped) {
  if (!stopped.empty()) std::printf("stopped early: %s\n", stopped.c_str());
  std::printf("weights: %s\n", folder.weights_path().c_str());
  if (const auto best = best_of(history, watch)) {
    std::printf("best:    %s, of epoch %lld\n", folder.best_path().c_str(),
                static_cast<long long>(history[*best].epoch));
  }
}

Json describe_run(const std::vector<std::string>& places, const Checkpoint& checkpoint,
                  const Network& network, Watch watch, const std::string& stopped) {
  const History& history = checkpoint.history;
  const HistoryLine& last = history.back();
  Json results{{"epochs", last.epoch}, {"loss", last.loss}, {"train_accuracy", last.train_accuracy}};
  if (const auto best = best_of(history, watch)) {
    results["val_accuracy"] = last.val_accuracy;
    results["val_loss"] = last.val_loss;
    results["best_epoch"] = history[*best].epoch;
  }
  if (!stopped.empty()) results["stopped_early"] = stopped;
  return {{"program", "fragtrain " FRAG_VERSION}, {"places", places},
          {"card", to_json(network.card())},      {"settings", checkpoint.settings},
          {"parameters", network.parameters()},   {"results", std::move(results)}};
}

}  // namespace frag::trainer
