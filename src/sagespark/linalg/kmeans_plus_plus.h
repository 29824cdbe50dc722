#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"
#include "sagespark/linalg/random.h"

namespace sagespark::linalg {

/// Picks k different rows as starting centers, far from each other.
///
/// @param points   n x d, finite.
/// @param weights  n, >= 0, at least one above 0.
/// @param k        1 <= k <= n.
/// @return indices of rows, in the order picked.
///
/// The first is drawn in proportion to its weight, each further one in proportion to weight times squared distance
/// to the nearest picked row; of 2 + floor(ln k) such draws the one that leaves the smallest sum of these products stays (the
/// first one on ties). When all rows lie on picked ones, the rest are the lowest indices not picked.
/// Cost: O(n d k log k).
/// Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", with the greedy variant of
/// its last section.
std::vector<int64_t> PickKMeansPlusPlus(MatrixView<const float> points, std::span<const double> weights, int64_t k,
                                        RandomStream& random, ThreadPool& pool);

}  // namespace sagespark::linalg
