#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/algo/kmeans/artifact.h"
#include "sagespark/algo/kmeans/params.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// What training has learned so far: K = k * extra_center_factor centers, each the weighted mean of the rows it was nearest to.
/// Apart from the model, so that the states of several hosts can be put together, and one state finished for several
/// settings (Liberty et al. 2020, "Elastic machine learning algorithms in Amazon SageMaker").
struct KMeansState {
  linalg::Matrix<double> centers;     ///< K x d, feature units.
  std::vector<double> weights;        ///< K: rows behind each center, less what half_life_time_size took; >= 0.
  std::vector<double> squared_norms;  ///< K: their weighted sum of squared lengths.

  /// Appends the centers of another host's state, which has as many columns.
  void Append(const KMeansState& other);
};

/// One run of Lloyd's algorithm on the K weighted centers.
struct LocalLloydTrial {
  double mean_squared_distance = 0;  ///< See KMeansFit::train_msd.
  int64_t iterations = 0;
};

struct KMeansFit {
  KMeansModel model;
  int64_t shrunk_from = 0;              ///< K. Equal to k: no shrinking was required, and there were no trials.
  std::vector<LocalLloydTrial> trials;  ///< In the order they ran.
  int64_t best_trial = 0;               ///< The one whose centers the model has, the first on ties.
  /// Mean over the training rows of the squared distance to the final center of the row's own one among the K: what one
  /// pass can know of the mean squared distance to the closest center, and never less than it when nothing decays.
  double train_msd = 0;
};

/// Trains k-means in one pass (or `epochs` passes) over rows that come in any pieces, holding one mini-batch and K
/// centers.
///
/// The first mini-batch gives the K starting centers (`init_method`), then each mini-batch moves the centers: with n the
/// center's weight so far and m rows of the mini-batch nearest to it, p = m / (n + m), center = (1 - p) center + p mean of
/// these rows. Before that all weights are multiplied by 2^(-rows / half_life_time_size) when that is not 0. Finish shrinks
/// the K weighted centers to k by FitLloyd, from `local_lloyd_init_method` starts, and keeps the best trial.
///
/// The model depends on the parameters, the seed and the rows in their order; not on how Add cuts them nor on the
/// number of threads.
/// Source: Sculley 2010, "Web-scale k-means clustering"; "How K-Means Clustering Works", Amazon SageMaker guide.
class KMeansTrainer {
 public:
  /// `pool` outlives the trainer. Errors: those of ValidateKMeansParams.
  static Result<KMeansTrainer> Create(const KMeansParams& params, uint64_t seed, ThreadPool& pool);

  /// Takes the next rows, n x feature_dim.
  /// Errors: kInvalidArgument for another length of row, or a first mini-batch with fewer than K rows; kCorruptData
  ///         for NaN or infinity, with row (from 0 in this epoch) and column. After an error the trainer is of no
  ///         more use.
  Status Add(linalg::MatrixView<const float> rows);

  /// The same for sparse rows; kCorruptData also for an index that is not in [0, feature_dim).
  Status Add(const linalg::SparseRowsView& rows);

  /// Ends a pass over the data: a mini-batch that is not full is taken as it is. Call it after each epoch.
  /// Errors: as Add for the first mini-batch; kInvalidArgument when the epoch had no rows.
  Status EndEpoch();

  /// Shrinks the centers; see ShrinkKMeans. Call after EndEpoch.
  Result<KMeansFit> Finish() const;

  /// Rows of all epochs so far.
  int64_t rows_seen() const { return rows_seen_; }
  /// Mini-batches of all epochs so far.
  int64_t batches_seen() const { return batches_seen_; }
  /// Rows of the first mini-batch, whence the centers started; below mini_batch_size when there were no more. 0 before.
  int64_t first_batch_rows() const { return first_batch_rows_; }
  /// The parameter, or what auto came to; 0 before the first mini-batch.
  int64_t extra_center_factor() const { return extra_center_factor_; }
  const KMeansState& state() const { return state_; }

 private:
  KMeansTrainer(const KMeansParams& params, uint64_t seed, ThreadPool& pool)
      : params_(params), seed_(seed), pool_(&pool) {}

  Status CheckFinite(linalg::MatrixView<const float> rows) const;
  Status CheckSparse(const linalg::SparseRowsView& rows) const;
  void GrowBuffer(int64_t rows);
  Status TrainBufferIfFull();
  Status TrainBatch(linalg::MatrixView<const float> batch);
  Status Start(linalg::MatrixView<const float> batch);
  Result<int64_t> ChooseFactor(int64_t first_batch_rows) const;
  void Decay(int64_t rows);
  void MoveCenters(linalg::MatrixView<const float> batch);

  KMeansParams params_;
  uint64_t seed_;
  ThreadPool* pool_;
  std::vector<float> buffer_;  // Rows of a mini-batch that is not full yet.
  KMeansState state_;
  linalg::Matrix<float> rounded_centers_;
  int64_t extra_center_factor_ = 0;
  int64_t first_batch_rows_ = 0;
  int64_t rows_seen_ = 0;
  int64_t rows_seen_before_epoch_ = 0;
  int64_t batches_seen_ = 0;
};

/// Makes the model of a state: k centers from K weighted ones, by the `local_lloyd_*` parameters; the K centers as they
/// are when K = k.
/// Errors: kInvalidArgument when there are fewer than k centers.
Result<KMeansFit> ShrinkKMeans(const KMeansState& state, const KMeansParams& params, uint64_t seed,
                               ThreadPool& pool);

}  // namespace sagespark::algo
