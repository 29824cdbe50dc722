#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Parameters, with their hyperparameter names.
/// Source: "LDA Hyperparameters", Amazon SageMaker guide.
struct LdaParams {
  int64_t num_topics = 0;         ///< `num_topics`: topics of the model, >= 1. Required.
  int64_t feature_dim = 0;        ///< `feature_dim`: words of the vocabulary, >= 1. Required.
  int64_t mini_batch_size = 0;    ///< `mini_batch_size`: the number of documents, >= 1. Required.
  double alpha0 = 1.0;            ///< `alpha0`: sum of the Dirichlet weights, > 0: small for documents of few topics.
  int64_t max_restarts = 10;      ///< `max_restarts`: runs of ALS, >= 1.
  int64_t max_iterations = 1000;  ///< `max_iterations`: of a run of ALS, >= 1.
  double tol = 1e-8;              ///< `tol`: change of ALS' relative error that ends a run, > 0.
};

/// The names and texts that a job starts from: the optional hyperparameters, and those with a leading underscore that
/// SDKs and tuning jobs send.
const std::vector<std::pair<std::string, std::string>>& LdaDefaultHyperparameters();

/// Reads hyperparameters as a training job has them. Names with a leading underscore are taken as k-means takes them;
/// `_tuning_objective_metric` is checked, the others do nothing here.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a required one that is
///         missing, an unknown name, and whatever ValidateLdaParams finds.
Result<LdaParams> ParseLdaParams(const std::map<std::string, std::string>& hyperparameters);

/// Errors: kInvalidArgument naming the hyperparameter, its value and range; kResourceLimit for more topics than the
///         tensor has room for (324), or num_topics * feature_dim above 2^32.
Status ValidateLdaParams(const LdaParams& params);

}  // namespace sagespark::algo
