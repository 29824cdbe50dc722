#pragma once

#include <string>

#include "sagespark/base/json/value.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_model.h"

namespace sagespark::sagemaker {

// Options as they are saved with a stage: one member an option, under its name. Not saved are clients, so also no credentials,
// cancellation and progress listeners: a loaded stage has the environment's.
//
// Saving throws kUnimplemented, naming the option, on an object whose class is not registered. Loading throws kCorruptData, naming the
// option, on one that is missing, of another type, or unknown.

/// All options of an estimator that this class does not fix by itself: of SageMakerEstimator all, of an algorithm's all but images and
/// hyperparameters.
json::Object SaveEstimatorOptions(const SageMakerEstimatorOptions& options);
json::Object SaveAlgorithmOptions(const SageMakerEstimatorOptions& options);

SageMakerEstimatorOptions LoadEstimatorOptions(const json::Object& saved);

/// Fills `options`, an AlgorithmEstimatorOptions, whose serializers are set. Defined for every algorithm in saved_options.cc.
template <typename Options>
void LoadAlgorithmOptions(const json::Object& saved, Options& options);

json::Object SaveModelOptions(const SageMakerModelOptions& options);
SageMakerModelOptions LoadModelOptions(const json::Object& saved);

json::Object SaveCreatedResources(const CreatedResources& created);
CreatedResources LoadCreatedResources(const json::Object& saved);

}  // namespace sagespark::sagemaker
