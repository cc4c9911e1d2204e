// What was measured, for programs and for people. docs/evaluation.md describes every key and every line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"
#include "trainer/measures/assessment.h"

namespace frag::trainer {

// `names` are the classes', by number. Keys of the fragments' scores at the top; null where a measure is not
// defined.
Json to_json(const Assessment& assessment, const std::vector<std::string>& names);
Json to_json(const ClassAssessment& assessment, const std::vector<std::string>& names);

// Tables, each line ended: the measures beside the baseline's, the classes, the confusion matrices of
// fragments and of sources.
std::string format_assessment(const Assessment& assessment, const std::optional<ClassAssessment>& baseline,
                              const std::vector<std::string>& names);

}  // namespace frag::trainer
