#include "sagespark/linalg/rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "sagespark/base/multiversion.h"
#include "sagespark/base/result.h"

namespace sagespark::linalg {
namespace {

// Partial sums side by side: what the compiler turns into vector registers.
constexpr size_t kLanes = 16;

double SumOfLanes(const double* lanes) {
  double sum = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) sum += lanes[lane];
  return sum;
}

SAGESPARK_MULTIVERSION double SquaredNormOf(const float* a, size_t size) {
  double lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const double value = a[i + lane];
      lanes[lane] += value * value;
    }
  }
  for (size_t lane = 0; i < size; ++i, ++lane) {
    const double value = a[i];
    lanes[lane] += value * value;
  }
  return SumOfLanes(lanes);
}

SAGESPARK_MULTIVERSION double DotProductOf(const float* a, const float* b, size_t size) {
  double lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  for (size_t lane = 0; i < size; ++i, ++lane) {
    lanes[lane] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return SumOfLanes(lanes);
}

SAGESPARK_MULTIVERSION double SquaredDistanceOf(const float* a, const float* b, size_t size) {
  double lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const double difference = static_cast<double>(a[i + lane]) - static_cast<double>(b[i + lane]);
      lanes[lane] += difference * difference;
    }
  }
  for (size_t lane = 0; i < size; ++i, ++lane) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    lanes[lane] += difference * difference;
  }
  return SumOfLanes(lanes);
}

SAGESPARK_MULTIVERSION void AddScaledTo(double weight, const float* __restrict a, size_t size, double* __restrict sums) {
  for (size_t i = 0; i < size; ++i) sums[i] += weight * static_cast<double>(a[i]);
}

SAGESPARK_MULTIVERSION void AddRowTo(const float* __restrict a, size_t size, double* __restrict sums) {
  for (size_t i = 0; i < size; ++i) sums[i] += static_cast<double>(a[i]);
}

SAGESPARK_MULTIVERSION float MinimumOf(const float* a, size_t size) {
  float lanes[kLanes];
  for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = a[0];
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = a[i + lane] < lanes[lane] ? a[i + lane] : lanes[lane];
  }
  for (size_t lane = 0; i < size; ++i, ++lane) lanes[lane] = a[i] < lanes[lane] ? a[i] : lanes[lane];
  return *std::min_element(lanes, lanes + kLanes);
}

constexpr uint32_t kExponent = 0x7F800000;  // All ones in NaN and infinity only.

SAGESPARK_MULTIVERSION bool AllFinite(const float* a, size_t size) {
  uint32_t found = 0;
  for (size_t i = 0; i < size; ++i) found |= (std::bit_cast<uint32_t>(a[i]) & kExponent) == kExponent ? 1 : 0;
  return found == 0;
}

}  // namespace

double SquaredNorm(std::span<const float> a) { return SquaredNormOf(a.data(), a.size()); }

double DotProduct(std::span<const float> a, std::span<const float> b) {
  SAGESPARK_DCHECK(a.size() == b.size());
  return DotProductOf(a.data(), b.data(), a.size());
}

double SquaredDistance(std::span<const float> a, std::span<const float> b) {
  SAGESPARK_DCHECK(a.size() == b.size());
  return SquaredDistanceOf(a.data(), b.data(), a.size());
}

void AddScaled(double weight, std::span<const float> a, std::span<double> sums) {
  SAGESPARK_DCHECK(a.size() == sums.size());
  AddScaledTo(weight, a.data(), a.size(), sums.data());
}

void AddTo(std::span<const float> a, std::span<double> sums) {
  SAGESPARK_DCHECK(a.size() == sums.size());
  AddRowTo(a.data(), a.size(), sums.data());
}

float Minimum(std::span<const float> a) {
  SAGESPARK_DCHECK(!a.empty());
  return MinimumOf(a.data(), a.size());
}

std::optional<int64_t> FirstNotFinite(std::span<const float> a) {
  if (AllFinite(a.data(), a.size())) return std::nullopt;
  const auto not_finite = [](float value) { return (std::bit_cast<uint32_t>(value) & kExponent) == kExponent; };
  return std::find_if(a.begin(), a.end(), not_finite) - a.begin();
}

}  // namespace sagespark::linalg
