#pragma once

#include <memory>
#include <string>

#include "sagespark/ml/dense_matrix.h"
#include "sagespark/ml/param.h"
#include "sagespark/ml/pipeline_stage.h"
#include "sagespark/sql/row.h"

namespace sagespark::feature {
struct PrincipalComponents;
}

namespace sagespark::ml {

/// The parameters of PCA and PCAModel.
struct PCAParams {
  static const IntParam k;             ///< `k`: components, > 0 and at most the vectors' length. Required by fit.
  static const StringParam inputCol;   ///< `inputCol`: a column of vectors. Required.
  static const StringParam outputCol;  ///< `outputCol`: a new column; UID__output.
};

/// Projects vectors on the principal components that PCA found: appends the column outputCol, dense vectors of length k. As in
/// Spark the mean is not subtracted.
class PCAModel final : public Model, public PCAParams {
 public:
  PCAModel(std::string uid, std::shared_ptr<const feature::PrincipalComponents> components);

  PCAModel& setInputCol(const std::string& value);
  PCAModel& setOutputCol(const std::string& value);
  int getK() const { return getOrDefault(k); }
  std::string getInputCol() const { return getOrDefault(inputCol); }
  std::string getOutputCol() const { return getOrDefault(outputCol); }

  /// The components, one a column, from the one that explains most.
  DenseMatrix pc() const;

  /// Each component's share of the total variance.
  data::Vector explainedVariance() const;

  /// Lazy. Throws kSchemaMismatch when inputCol is no vector column or outputCol exists already; actions throw kCorruptData on a null
  /// and on a vector of another length.
  sql::DataFrame transform(const sql::DataFrame& dataset) const override;
  data::Schema transformSchema(const data::Schema& schema) const override;
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override;

  /// The model that was saved in a folder, here or by Spark. See LoadStage for what it throws.
  static PCAModel load(const std::string& path);

  /// What transform computes with.
  const std::shared_ptr<const feature::PrincipalComponents>& components() const { return components_; }

 private:
  friend class PCA;
  std::shared_ptr<const feature::PrincipalComponents> components_;
};

/// Finds the principal components of a column of vectors, dense or sparse: Spark's own PCA, here and not on SageMaker. One pass over the
/// rows; memory d^2 numbers a partition that runs, whatever the number of rows.
///
///   auto model = PCA().setInputCol("features").setOutputCol("projectedFeatures").setK(50).fit(trainingData);
///
/// Source: org.apache.spark.ml.feature.PCA. The components have Spark's signs, too.
class PCA final : public Estimator<PCAModel>, public PCAParams {
 public:
  PCA();
  explicit PCA(std::string uid);

  PCA& setK(int value);
  PCA& setInputCol(const std::string& value);
  PCA& setOutputCol(const std::string& value);
  int getK() const { return getOrDefault(k); }
  std::string getInputCol() const { return getOrDefault(inputCol); }
  std::string getOutputCol() const { return getOrDefault(outputCol); }

  /// What was saved in a folder, here or by Spark. See LoadStage for what it throws.
  static PCA load(const std::string& path);

  /// Throws kInvalidArgument on k above the vectors' length or fewer than two rows, kCorruptData on nulls, NaN, infinity and vectors of
  /// unequal lengths, kResourceLimit on vectors longer than 23,169 (docs/quirks.md).
  PCAModel fit(const sql::DataFrame& dataset) const override;
  using Estimator::fit;

  data::Schema transformSchema(const data::Schema& schema) const override;
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override;
};

}  // namespace sagespark::ml
