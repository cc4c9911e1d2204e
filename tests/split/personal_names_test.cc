#include "libfrag/split/personal_names.h"

#include <catch2/catch.hpp>

using namespace frag;

TEST_CASE("names that may point at a person are told with the reason") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"patient-012", "a patient's number"},
      {"tumour/Patient 7/field3.png", "a patient's number"},
      {"MRN_4711", "a patient's number"},
      {"dob-19870314", "a patient's number"},
      {"smears/1987-03-14_a.tif", "a date"},
      {"14.03.1987", "a date"},
      {"scan19870314b", "a date"},
      {"31121999", "a date"},
      {"cells/48213377.png", "a long number"},
      {"normal/Meyer_Anna.tif", "a person's name"},
      {"Meyer, Anna", "a person's name"},
      {"normal/Anna.Meyer-2.jpg", "a person's name"},
      {"M\xc3\xbcller_J\xc3\xb6rg", "a person's name"},
  }));
  INFO(text);
  CHECK(personal_hint(text).value_or("none") == reason);
}

TEST_CASE("what laboratories call their images is no person") {
  const auto text =
      GENERATE(as<std::string>{}, "cells/cells-000.png", "elliptocytosis/sampleA0001.JPG",
               "aluminium_foil/15-scale_3_im_4_grey.png", "Orange_Peel/img_0012.tif", "Blood_Smear/a.png",
               "Sample_Image_1.png", "IMG_0000123.jpg", "HeLa_Control/Slide_Scan 4.tif", "a/b", "",
               "2272x1704", "fold0", "2021-13-45", "patients/a.png", ".png");
  INFO(text);
  CHECK(personal_hint(text).value_or("none") == "none");
}
