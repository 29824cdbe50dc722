#pragma once

#include <memory>
#include <string>

#include "sagespark/data/schema.h"
#include "sagespark/ml/ml_writer.h"
#include "sagespark/ml/params.h"

namespace sagespark::sql {
class DataFrame;
}

namespace sagespark::ml {

/// A stage of a Pipeline: an Estimator or a Transformer.
class PipelineStage : public Params {
 public:
  using Params::Params;

  /// The columns after this stage. Throws, as transform would, when `schema` does not fit.
  virtual data::Schema transformSchema(const data::Schema& schema) const = 0;

  /// A copy with the same uid and `extra`'s values for it.
  virtual std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const = 0;

  /// Saves this stage to a folder: `model.write().overwrite().save("s3://bucket/models/digits")`.
  MLWriter write() const;

  /// Saves this stage to a folder that does not exist yet. X::load(path) of its class gives it back. See MLWriter.
  void save(const std::string& path) const { write().save(path); }

 protected:
  PipelineStage(const PipelineStage&) = default;
  PipelineStage& operator=(const PipelineStage&) = default;
};

/// Turns one DataFrame into another.
class Transformer : public PipelineStage {
 public:
  using PipelineStage::PipelineStage;

  /// Throws when the columns do not fit. Lazy where it can be: rows are computed by the first action.
  virtual sql::DataFrame transform(const sql::DataFrame& dataset) const = 0;

  /// Called by Pipeline.fit on the models that it made when a later stage fails, since nobody else gets them: deletes what the model
  /// created outside of this program. Returns what there is to tell of it; nothing when it created nothing. Does not throw.
  virtual std::string abandon() const { return {}; }
};

/// What an Estimator's fit returns.
using Model = Transformer;

/// An Estimator whose model's type is not known.
class EstimatorBase : public PipelineStage {
 public:
  using PipelineStage::PipelineStage;

  virtual std::shared_ptr<Transformer> fitToTransformer(const sql::DataFrame& dataset) const = 0;

  /// Throws as fit would on rows of `schema`, as far as that can be told without running or creating anything, beyond what
  /// transformSchema finds. Pipeline.fit asks every stage before the first one runs.
  virtual void checkFit(const data::Schema& schema) const { transformSchema(schema); }
};

/// Fits an M, a Transformer, to a DataFrame.
template <typename M>
class Estimator : public EstimatorBase {
 public:
  using EstimatorBase::EstimatorBase;

  virtual M fit(const sql::DataFrame& dataset) const = 0;

  /// Fits with `extra`'s values in place of this stage's own.
  M fit(const sql::DataFrame& dataset, const ParamMap& extra) const {
    return dynamic_cast<const Estimator&>(*copyStage(extra)).fit(dataset);
  }

  std::shared_ptr<Transformer> fitToTransformer(const sql::DataFrame& dataset) const final {
    return std::make_shared<M>(fit(dataset));
  }
};

}  // namespace sagespark::ml
