#include "sagespark/ml/pipeline.h"

#include <algorithm>

#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sql/data_frame.h"

namespace sagespark::ml {
namespace {

bool IsEstimator(const std::shared_ptr<const PipelineStage>& stage) {
  return dynamic_cast<const EstimatorBase*>(stage.get()) != nullptr;
}

std::shared_ptr<const Transformer> AsTransformer(const std::shared_ptr<const PipelineStage>& stage) {
  auto transformer = std::dynamic_pointer_cast<const Transformer>(stage);
  if (transformer == nullptr) {
    throw Exception(InvalidArgument("Pipeline stage is neither an Estimator nor a Transformer: " + stage->uid()));
  }
  return transformer;
}

/// Tells all models that nobody will have them.
std::string Abandon(const std::vector<std::shared_ptr<const Transformer>>& models) {
  std::string told;
  for (const auto& model : models) {
    const std::string own = model->abandon();
    if (!own.empty()) told += (told.empty() ? "" : "; ") + own;
  }
  return told;
}

}  // namespace

PipelineModel::PipelineModel(std::string uid, std::vector<std::shared_ptr<const Transformer>> stages)
    : Model(std::move(uid)), stages_(std::move(stages)) {}

sql::DataFrame PipelineModel::transform(const sql::DataFrame& dataset) const {
  sql::DataFrame transformed = dataset;
  for (const auto& stage : stages_) transformed = stage->transform(transformed);
  return transformed;
}

data::Schema PipelineModel::transformSchema(const data::Schema& schema) const {
  data::Schema transformed = schema;
  for (const auto& stage : stages_) transformed = stage->transformSchema(transformed);
  return transformed;
}

std::shared_ptr<PipelineStage> PipelineModel::copyStage(const ParamMap& extra) const {
  std::vector<std::shared_ptr<const Transformer>> stages;
  for (const auto& stage : stages_) stages.push_back(AsTransformer(stage->copyStage(extra)));
  return std::make_shared<PipelineModel>(uid(), std::move(stages));
}

std::string PipelineModel::abandon() const { return Abandon(stages_); }

Pipeline::Pipeline() : Pipeline(randomUID("pipeline")) {}

Pipeline& Pipeline::setStages(const std::vector<StageHandle>& stages) {
  stages_.clear();
  for (const StageHandle& handle : stages) {
    if (!IsEstimator(handle.stage())) AsTransformer(handle.stage());
    stages_.push_back(handle.stage());
  }
  return *this;
}

PipelineModel Pipeline::fit(const sql::DataFrame& dataset) const {
  checkFit(dataset.schema());
  std::vector<std::shared_ptr<const Transformer>> models;  ///< Those made here.
  try {
    return PipelineModel(uid(), FitStages(dataset, models));
  } catch (const Exception& exception) {
    const std::string told = Abandon(models);
    if (told.empty()) throw;
    const Error& error = exception.error();
    throw Exception(Error(error.kind(), error.message() + "; " + told, error.code()));
  } catch (...) {
    Abandon(models);
    throw;
  }
}

std::vector<std::shared_ptr<const Transformer>> Pipeline::FitStages(const sql::DataFrame& dataset,
                                                                    std::vector<std::shared_ptr<const Transformer>>& models) const {
  size_t estimators_left = std::count_if(stages_.begin(), stages_.end(), IsEstimator);
  std::vector<std::shared_ptr<const Transformer>> fitted;
  sql::DataFrame data = dataset;
  for (const auto& stage : stages_) {
    if (const auto* estimator = dynamic_cast<const EstimatorBase*>(stage.get())) {
      fitted.push_back(models.emplace_back(estimator->fitToTransformer(data)));
      --estimators_left;
    } else {
      fitted.push_back(AsTransformer(stage));
    }
    if (estimators_left > 0) data = fitted.back()->transform(data);
  }
  return fitted;
}

data::Schema Pipeline::transformSchema(const data::Schema& schema) const {
  data::Schema transformed = schema;
  for (const auto& stage : stages_) transformed = stage->transformSchema(transformed);
  return transformed;
}

void Pipeline::checkFit(const data::Schema& schema) const {
  data::Schema transformed = schema;
  for (const auto& stage : stages_) {
    if (const auto* estimator = dynamic_cast<const EstimatorBase*>(stage.get())) estimator->checkFit(transformed);
    transformed = stage->transformSchema(transformed);
  }
}

std::shared_ptr<PipelineStage> Pipeline::copyStage(const ParamMap& extra) const {
  auto copy = std::make_shared<Pipeline>(uid());
  for (const auto& stage : stages_) copy->stages_.push_back(stage->copyStage(extra));
  return copy;
}

}  // namespace sagespark::ml
