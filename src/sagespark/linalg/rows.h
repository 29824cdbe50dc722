#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

// Loops over single rows. Sums are taken in double, in an order that the code fixes and without fused
// multiply-adds, so every processor gives the same bits.

/// The sum of a[i]^2.
double SquaredNorm(std::span<const float> a);

/// The sum of a[i] b[i].
double DotProduct(std::span<const float> a, std::span<const float> b);

/// The sum of (a[i] - b[i])^2.
double SquaredDistance(std::span<const float> a, std::span<const float> b);

/// sums[i] += weight * a[i].
void AddScaled(double weight, std::span<const float> a, std::span<double> sums);

/// sums[i] += a[i].
void AddTo(std::span<const float> a, std::span<double> sums);

/// The smallest value; `a` is not empty and has no NaN.
float Minimum(std::span<const float> a);

/// The index of the first NaN or infinity, or nullopt.
std::optional<int64_t> FirstNotFinite(std::span<const float> a);

}  // namespace sagespark::linalg
