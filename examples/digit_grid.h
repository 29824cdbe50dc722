#pragma once

#include <string>
#include <vector>

namespace examples {

/// The pixels of one MNIST digit: 28 x 28, row by row, from 0 (background).
using Digit = std::vector<double>;

/// Draws digits in rows of five, white on black and each scaled to its own brightest pixel, as the notebook does, into a PNG file.
/// Missing folders are made. Throws std::runtime_error when the file cannot be written.
void WriteDigitGrid(const std::string& path, const std::vector<Digit>& digits);

}  // namespace examples
