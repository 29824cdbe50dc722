#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sagespark::algo {

/// Deals rows into `folds` >= 2 folds at random, the same ones for the same seed: all folds have equally many rows of each class,
/// give or take one, and equally many in all. `classes` has one value a row; give all the same one where there are no classes.
/// Returns the rows of each fold in rising order; with fewer rows than folds some are empty.
std::vector<std::vector<int32_t>> DealFolds(std::span<const float> classes, int64_t folds, uint64_t seed);

/// The rows from 0 to `num_rows` that are not in `fold`, which is in rising order.
std::vector<int32_t> RowsBeside(const std::vector<int32_t>& fold, int64_t num_rows);

}  // namespace sagespark::algo
