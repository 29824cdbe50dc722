#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sagespark/algo/factorization_machines/artifact.h"
#include "sagespark/algo/factorization_machines/kernels.h"
#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/algo/factorization_machines/row_entries.h"
#include "sagespark/algo/factorization_machines/scores.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

class ParameterTable;

/// Trains a factorization machine, mini-batch by mini-batch, over rows that come in any pieces.
///
/// Minimizes the sum over the rows of 1/2 (y - label)^2 (regressor) or of the logistic loss (binary classifier), where
/// y(x) = w0 + sum_i w_i x_i + 1/2 sum_f ((sum_i v_if x_i)^2 - sum_i v_if^2 x_i^2). Each mini-batch makes one step of Adam
/// (beta 0.9 and 0.999) with the gradient rescale_grad * (sum over its rows) + wd * parameter, every group of parameters
/// at its own rate. A step moves only the features that the mini-batch has (entries other than zero); decay and moments of the
/// others rest, as with MXNet's lazy updates of sparse parameters.
///
/// The model depends on the parameters, the seed and the rows in their order; not on how Add cuts them, on whether they
/// come dense or sparse, nor on the number of threads.
/// Memory: ParameterTable's, and a mini-batch's entries (24 bytes each) and rows (4 (k + 1) bytes each).
/// Cost: O(k) an entry other than zero, and O(k) a feature and mini-batch.
/// Source: Rendle 2010, "Factorization Machines"; Kingma and Ba 2015, "Adam"; "How Factorization Machines Work",
///         Amazon SageMaker guide.
class FactorizationMachinesTrainer {
 public:
  /// `pool` outlives the trainer. Errors: those of ValidateFactorizationMachinesParams.
  static Result<FactorizationMachinesTrainer> Create(const FactorizationMachinesParams& params, uint64_t seed,
                                                     ThreadPool& pool);
  FactorizationMachinesTrainer(FactorizationMachinesTrainer&&) noexcept;
  ~FactorizationMachinesTrainer();

  /// Takes the next rows, n x feature_dim, and their n labels.
  /// Errors: kInvalidArgument for another length of row or another number of labels, and when training diverges (the
  ///         loss is not finite), naming the rates; kCorruptData for NaN, infinity, an index beyond feature_dim or a
  ///         classifier's label that is neither 0 nor 1, with the row of this epoch (a value's from 0, a label's from 1, as
  ///         the readers of files count). After an error the trainer is of no more use.
  Status Add(const linalg::RowsView& rows, std::span<const float> labels);

  /// Ends a pass over the data: a mini-batch that is not full is taken as it is. Call it after each epoch.
  /// Errors: as Add; kInvalidArgument when the epoch had no rows.
  Status EndEpoch();

  /// How well each row of this epoch (after EndEpoch, of the one that ended) was predicted before the step that it took part in.
  const FactorizationMachinesScores& epoch_scores() const { return epoch_scores_; }

  /// The parameters as they are now.
  const FactorizationMachinesWeights& weights() const;

  /// Rows of all epochs so far.
  int64_t rows_seen() const { return rows_seen_; }
  /// Mini-batches of all epochs so far.
  int64_t batches_seen() const { return batches_seen_; }
  /// Features that had a value other than zero so far.
  int64_t features_seen() const;

 private:
  struct Feature {
    int32_t slot = 0;
    int64_t terms_end = 0;  ///< In terms_; they begin where those of the feature before end.
  };

  FactorizationMachinesTrainer(const FactorizationMachinesParams& params, uint64_t seed, ThreadPool& pool);

  Status TrainBatch();
  void GroupByFeature();
  void ScoreRows();
  Status AddScores();
  void StepFeatures();
  void StepBias();
  AdamStep StepFor(const ParameterGroup& group) const;

  FactorizationMachinesParams params_;
  ThreadPool* pool_;
  std::unique_ptr<ParameterTable> table_;
  FactorizationMachinesScores epoch_scores_;
  bool epoch_ended_ = true;
  float bias_moments_[2] = {0, 0};
  int64_t rows_seen_ = 0;
  int64_t batches_seen_ = 0;

  // The mini-batch.
  RowEntries entries_;
  std::vector<float> labels_;
  std::vector<Feature> features_;            // Those it has, in the order of their first entries.
  std::vector<int32_t> feature_of_entry_;    // Indices of features_.
  std::vector<int32_t> feature_of_slot_;     // The same; -1 between mini-batches.
  std::vector<int32_t> term_rows_;           // Entries by feature, each feature's in row order: the row ...
  std::vector<float> term_values_;           // ... and the value.
  std::vector<float> sums_;                  // rows x (k + 1); see ScoreRow.
  std::vector<double> margins_;
  std::vector<float> slopes_;
};

}  // namespace sagespark::algo
