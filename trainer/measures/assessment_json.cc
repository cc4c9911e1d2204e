#include "trainer/measures/assessment_report.h"

namespace frag::trainer {
namespace {

Json interval_to_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json number_or_null(const std::optional<double>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json scores_to_json(const Scores& scores, const std::vector<std::string>& names) {
  Json json = to_json(scores.measures, names);
  json["accuracy_interval"] = interval_to_json(scores.accuracy);
  json["macro_f1_interval"] = interval_to_json(scores.macro_f1);
  return json;
}

Json source_scores_to_json(const Scores& scores, const std::vector<std::string>& names) {
  Json json = {{"sources", scores.measures.count}};
  json.update(scores_to_json(scores, names));
  return json;
}

Json calibration_to_json(const Calibration& calibration) {
  Json bins = Json::array();
  for (const CalibrationBin& bin : calibration.bins) {
    bins.push_back(
        {{"fragments", bin.fragments}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
  }
  return {{"error", calibration.error}, {"bins", std::move(bins)}};
}

}  // namespace

Json to_json(const Assessment& assessment, const std::vector<std::string>& names) {
  Json json = scores_to_json(assessment.fragments, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    json["classes"][i]["roc_auc"] = number_or_null(assessment.roc_auc.classes[i]);
  }
  json["roc_auc"] = {{"macro", number_or_null(assessment.roc_auc.macro)},
                     {"weighted", number_or_null(assessment.roc_auc.weighted)}};
  json["top_k"] = Json::array();
  for (const TopK& top : assessment.top_k) {
    json["top_k"].push_back({{"k", top.k}, {"accuracy", top.accuracy}});
  }
  json["calibration"] = calibration_to_json(assessment.calibration);
  json["by_source"] = source_scores_to_json(assessment.sources, names);
  json["by_source"]["majority_accuracy"] = assessment.majority_accuracy;
  json["by_source"]["of_several_classes"] = assessment.sources_of_several_classes;
  return json;
}

Json to_json(const ClassAssessment& assessment, const std::vector<std::string>& names) {
  Json json = scores_to_json(assessment.fragments, names);
  json["by_source"] = source_scores_to_json(assessment.sources, names);
  return json;
}

}  // namespace frag::trainer
