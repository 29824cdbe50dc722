#include "sagespark/algo/xgboost/folds.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace sagespark::algo {
namespace {

/// Fisher and Yates's, written out because std::shuffle's result differs from library to library.
void Shuffle(std::vector<int32_t>& rows, uint64_t seed) {
  std::mt19937_64 generator(seed);
  for (size_t left = rows.size(); left > 1; --left) std::swap(rows[left - 1], rows[generator() % left]);
}

}  // namespace

std::vector<std::vector<int32_t>> DealFolds(std::span<const float> classes, int64_t folds, uint64_t seed) {
  std::vector<int32_t> rows(classes.size());
  std::iota(rows.begin(), rows.end(), 0);
  Shuffle(rows, seed);
  std::stable_sort(rows.begin(), rows.end(), [&](int32_t a, int32_t b) {
    return classes[static_cast<size_t>(a)] < classes[static_cast<size_t>(b)];
  });
  // Dealt like cards, one class after the other: both the classes and the whole come out even.
  std::vector<std::vector<int32_t>> dealt(static_cast<size_t>(folds));
  for (size_t i = 0; i < rows.size(); ++i) dealt[i % dealt.size()].push_back(rows[i]);
  for (std::vector<int32_t>& fold : dealt) std::sort(fold.begin(), fold.end());
  return dealt;
}

std::vector<int32_t> RowsBeside(const std::vector<int32_t>& fold, int64_t num_rows) {
  std::vector<int32_t> rows;
  auto next = fold.begin();
  for (int32_t row = 0; row < num_rows; ++row) {
    if (next != fold.end() && *next == row) {
      ++next;
    } else {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace sagespark::algo
