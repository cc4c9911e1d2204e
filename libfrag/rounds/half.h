// IEEE 754 half precision (binary16), as the numbers of a result may travel: to and from float in plain
// integer and float steps, so that every machine gives the same bits.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <span>

namespace frag::rounds {

// Exact: every half is a float. Not-a-number stays one.
float float_of_half(std::uint16_t half);

// The nearest half, of two equally near the even one; from 65,520 on infinity. Not-a-number stays one, quiet.
std::uint16_t half_of_float(float value);

// The same of each element; `out` is as long as what is given.
void floats_of_halves(std::span<const std::uint16_t> halves, std::span<float> out);
void halves_of_floats(std::span<const float> floats, std::span<std::uint16_t> out);

}  // namespace frag::rounds
