#include "trainer/measures/assessment_report.h"

#include <catch2/catch.hpp>

using namespace frag;
using namespace frag::trainer;

namespace {

const std::vector<std::string> kReportClasses{"fibre", "grain"};
const MeasuredSet kReportSet{
    .classes = 2, .truth = {0, 0, 1, 1}, .sources = {0, 0, 1, 1}, .groups = {0, 0, 1, 1}};
const std::vector<float> kReportRows{0.75f, 0.25f, 0.75f, 0.25f, 0.25f, 0.75f, 0.75f, 0.25f};

Assessment assess_report() {
  return assess(kReportSet, {kReportRows, 2}, 1);
}

bool says(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("the JSON of an assessment holds fragments at the top and sources below") {
  const Json json = to_json(assess_report(), kReportClasses);
  CHECK(json["accuracy"] == 0.75);
  CHECK(json["accuracy_interval"] == Json::parse("[0.5, 1.0]"));
  CHECK(json["weighted"]["recall"] == 0.75);
  CHECK(json["classes"][1]["name"] == "grain");
  CHECK(json["classes"][1]["roc_auc"] == 0.75);
  CHECK(json["roc_auc"]["macro"] == 0.75);
  CHECK(json["top_k"].empty());
  CHECK(json["calibration"]["bins"].size() == 15);
  CHECK(json["calibration"]["error"] == 0.0);
  CHECK(json["by_source"]["sources"] == 2);
  CHECK(json["by_source"]["accuracy"] == 0.5);
  CHECK(json["by_source"]["majority_accuracy"] == 0.5);
  CHECK(json["by_source"]["confusion"] == Json::parse("[[1, 0], [1, 0]]"));
}

TEST_CASE("what is not defined is null in JSON and a dash for people") {
  const MeasuredSet set{.classes = 2, .truth = {1}, .sources = {0}, .groups = {0}};
  const Assessment one = assess(set, {std::vector<float>{0.25f, 0.75f}, 2}, 1);
  const Json json = to_json(one, kReportClasses);
  CHECK(json["accuracy_interval"].is_null());
  CHECK(json["by_source"]["macro_f1_interval"].is_null());
  CHECK(json["roc_auc"]["macro"].is_null());
  CHECK(json["classes"][0]["roc_auc"].is_null());
  CHECK(says(format_assessment(one, std::nullopt, kReportClasses), "macro ROC AUC            -"));
}

TEST_CASE("the table has the baseline and the intervals beside the network") {
  const ClassAssessment baseline = assess_classes(kReportSet, std::vector<std::uint32_t>{0, 0, 0, 0}, 1);
  const std::string text = format_assessment(assess_report(), baseline, kReportClasses);
  CHECK(says(text, "                   network   over 2 groups  mean and variance   over 2 groups"));
  CHECK(says(text, "accuracy             0.750  [0.500, 1.000]              0.500  [0.000, 1.000]"));
  CHECK(says(text, "calibration error    0.000"));
  CHECK(says(text, "grain              1.000   0.500  0.667    0.750          2"));
  CHECK(says(text, "sources: true \\ called  fibre  grain"));
}
