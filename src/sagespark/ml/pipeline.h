#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/ml/pipeline_stage.h"

namespace sagespark::ml {

/// Takes a stage of any class by value, so that setStages({pca, kmeans}) reads as Scala's Array(pca, kmeans). Shares it.
class StageHandle {
 public:
  template <std::derived_from<PipelineStage> Stage>
  StageHandle(const Stage& stage) : stage_(std::make_shared<Stage>(stage)) {}  // NOLINT
  StageHandle(std::shared_ptr<const PipelineStage> stage) : stage_(std::move(stage)) {}  // NOLINT

  const std::shared_ptr<const PipelineStage>& stage() const { return stage_; }

 private:
  std::shared_ptr<const PipelineStage> stage_;
};

/// Transformers in a row: what Pipeline.fit makes.
class PipelineModel final : public Model {
 public:
  PipelineModel(std::string uid, std::vector<std::shared_ptr<const Transformer>> stages);

  const std::vector<std::shared_ptr<const Transformer>>& stages() const { return stages_; }

  /// What was saved in a folder, here or by Spark. See LoadStage for what it throws.
  static PipelineModel load(const std::string& path);

  sql::DataFrame transform(const sql::DataFrame& dataset) const override;
  data::Schema transformSchema(const data::Schema& schema) const override;
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override;
  std::string abandon() const override;

 private:
  std::vector<std::shared_ptr<const Transformer>> stages_;
};

/// Stages in a row, each an Estimator or a Transformer.
///
///   auto model = Pipeline().setStages({pca, kmeans}).fit(trainingData);
class Pipeline final : public Estimator<PipelineModel> {
 public:
  Pipeline();
  explicit Pipeline(std::string uid) : Estimator(std::move(uid)) {}

  Pipeline& setStages(const std::vector<StageHandle>& stages);
  const std::vector<std::shared_ptr<const PipelineStage>>& getStages() const { return stages_; }

  /// What was saved in a folder, here or by Spark. See LoadStage for what it throws.
  static Pipeline load(const std::string& path);

  /// Fits the estimators in order, each on the data as the stages before it transform them; stages behind the last estimator
  /// do not run. Throws what a stage throws; the stages' schemas are checked before the first one runs. When a stage fails, what the
  /// models of the stages before it created (endpoints) is deleted, and the error says so.
  PipelineModel fit(const sql::DataFrame& dataset) const override;
  using Estimator::fit;

  data::Schema transformSchema(const data::Schema& schema) const override;
  void checkFit(const data::Schema& schema) const override;

  /// The stages are copied with `extra`, too.
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override;

 private:
  /// The stages' transformers; those that it makes are added to `models` as they are made.
  std::vector<std::shared_ptr<const Transformer>> FitStages(const sql::DataFrame& dataset,
                                                            std::vector<std::shared_ptr<const Transformer>>& models) const;

  std::vector<std::shared_ptr<const PipelineStage>> stages_;
};

}  // namespace sagespark::ml
